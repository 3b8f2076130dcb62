import { expect, it } from "vitest";

it("a rejection with undefined is not the expected error", async () => {
  const compared = async () => {
    await expect(Promise.reject(undefined as unknown as Error)).rejects.toThrow("text");
  };
  await expect(compared()).rejects.toThrow("rejected with undefined, which is no Error");
});

it("a rejection with the error passes, with another message not", async () => {
  await expect(Promise.reject(new Error("some text"))).rejects.toThrow("text");
  const compared = async () => {
    await expect(Promise.reject(new Error("other"))).rejects.toThrow("text");
  };
  await expect(compared()).rejects.toThrow();
});
