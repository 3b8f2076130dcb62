/**
 * Methods of layers, losses, metrics and optimizers that models call, and now and then somebody else. Models hand over
 * what is right, so nothing is checked beforehand; where such a method fails from inside, the arguments are looked at,
 * and what is wrong with them is the error.
 */
import { LanegradError } from "./errors.js";

/** For some methods, a check of their arguments, which throws an error of the library. */
export type Checks<T> = { readonly [K in keyof T]?: (...args: never) => unknown };

/** Gives the object's methods their checks. An error for which no check finds a reason stays what it is. @returns it */
export function explained<T extends object>(of: T, checks: Checks<T>): T {
  const methods = of as Readonly<Record<string, ((...args: unknown[]) => unknown) | undefined>>;
  for (const [name, check] of Object.entries(checks)) {
    const method = methods[name];
    if (method === undefined) continue;
    const value = (...args: readonly unknown[]): unknown => {
      try {
        return method.apply(of, args as unknown[]);
      } catch (error) {
        if (!(error instanceof LanegradError)) (check as (...args: readonly unknown[]) => void)(...args);
        throw error;
      }
    };
    Object.defineProperty(of, name, { value, configurable: true, writable: true });
  }
  return of;
}
