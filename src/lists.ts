/** Checks of lists that users give. Array's own every() passes over holes; this does not. */

/** True if `value` is an array each of whose items, holes included, passes the test. */
export function isListOf<T>(value: unknown, test: (item: unknown) => item is T): value is readonly T[];
export function isListOf(value: unknown, test: (item: unknown) => boolean): value is readonly unknown[];
export function isListOf(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && Array.from<unknown>(value).every((item) => test(item));
}
