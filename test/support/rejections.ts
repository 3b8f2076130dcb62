/**
 * Before every test file: `expect(promise).rejects.toThrow("text")` fails where the promise rejects with something that is
 * no Error. Vitest compares the text with the message of what was thrown and lets a rejection with undefined pass.
 */
import { chai } from "vitest";

chai.use(({ Assertion }, { flag, overwriteMethod }) => {
  for (const name of ["toThrow", "toThrowError"])
    overwriteMethod(
      Assertion.prototype,
      name,
      (compare: (...expected: unknown[]) => unknown) =>
        function (this: Chai.AssertionStatic, ...expected: unknown[]) {
          if (flag(this, "promise") === "rejects" && !(flag(this, "object") instanceof Error))
            throw new chai.AssertionError(`rejected with ${String(flag(this, "object"))}, which is no Error`);
          return compare.apply(this, expected);
        },
    );
});
