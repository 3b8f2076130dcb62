/**
 * Before every test file: `expect(promise).rejects.toThrow("text")` fails where the promise rejects with something that is
 * no Error. Vitest compares the text with the message of what was thrown and lets a rejection with undefined pass.
 */
import { chai } from "vitest";

chai.use(({ Assertion }, utils) => {
  for (const name of ["toThrow", "toThrowError"])
    utils.overwriteMethod(
      Assertion.prototype,
      name,
      (compare: (...expected: unknown[]) => unknown) =>
        function (this: Chai.AssertionStatic, ...expected: unknown[]) {
          const thrown: unknown = utils.flag(this, "object");
          if (utils.flag(this, "promise") === "rejects" && !(thrown instanceof Error))
            throw new chai.AssertionError(`rejected with ${String(thrown)}, which is no Error`);
          return compare.apply(this, expected);
        },
    );
});
