/** DailyDialog from a folder, from bytes and with the original's marks: its dialogues, and what is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { DataError, UsageError } from "../../../src/errors.js";
import { datasets } from "../../../src/index.js";
import { sharedData } from "../../support/sharedData.js";

const { dailyDialog, findDailyDialog, parseDialogues } = datasets;
const folder = mkdtempSync(join(tmpdir(), "lanegrad-dailydialog-"));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it("reads three files, gzipped or plain, in the folder or in its folder dailydialog, and the same from bytes", async () => {
  const inner = join(folder, "dailydialog");
  mkdirSync(inner);
  writeFileSync(join(inner, "train.txt.gz"), gzipSync("Hi.\tHello.\tHow are you?\n\nYes?\tNo.\n"));
  writeFileSync(join(inner, "valid.txt"), "Café?\tPlease. \r\n".normalize("NFD"));
  expect(await findDailyDialog(folder)).toBeUndefined();
  await expect(dailyDialog({ dir: folder })).rejects.toThrow(
    "does not have the dialogues; expected train.txt, valid.txt, test.txt, plain or gzipped.",
  );
  writeFileSync(join(inner, "test.txt"), "Bye.\tBye.");
  const wanted = {
    train: [["Hi.", "Hello.", "How are you?"], ["Yes?", "No."]],
    validation: [["Café?", "Please."]],
    test: [["Bye.", "Bye."]],
  }; // prettier-ignore
  for (const dir of [folder, inner]) expect(await dailyDialog({ dir })).toEqual(wanted);
  const parts = {
    train: bytes("Hi.\tHello.\tHow are you?\nYes?\tNo."),
    validation: bytes("Café?\tPlease."),
    test: bytes("Bye.\tBye."),
  };
  expect(await dailyDialog(parts)).toEqual(wanted);
});

it("the original files separate turns by __eou__ and end with one", async () => {
  const original = join(folder, "original");
  mkdirSync(original);
  for (const part of ["train", "validation", "test"])
    writeFileSync(join(original, `dialogues_${part}.txt`), `Hi ${part} . __eou__ Hello . __eou__\n`);
  const { train, test } = await dailyDialog({ dir: original });
  expect([train, test]).toEqual([[["Hi train .", "Hello ."]], [["Hi test .", "Hello ."]]]);
});

it.each<[object | undefined, abstract new () => Error, string]>([
  [undefined, UsageError, "datasets.dailyDialog: the files are missing; expected dir, or train, validation and test, got 0 parts."],
  [{ train: "a" }, UsageError, "got 1 parts"],
  [{ dir: "a", test: "b" }, UsageError, "got dir and 1 parts"],
  [{ folder: "a" }, UsageError, "unknown option"],
  [{ train: bytes("a\tb\nalone\n"), validation: bytes("a\tb"), test: bytes("a\tb") }, DataError, 'line 2 of train is no dialogue; expected two turns or more, with tabs between them, got "alone".'],
  [{ train: bytes("a\tb"), validation: bytes("a\t\tb"), test: bytes("a\tb") }, DataError, "line 1 of validation is no dialogue"],
  [{ train: bytes("a\tb"), validation: bytes("a\tb"), test: bytes("\n \n") }, DataError, "test has no dialogues"],
  [{ train: bytes("a\tb"), validation: Uint8Array.of(0xe1), test: bytes("a\tb") }, DataError, "not UTF-8"],
])("refuses %j", async (options, error, text) => {
  const failure = await dailyDialog(options as never).catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(error);
  expect((failure as Error).message).toContain(text);
}); // prettier-ignore

it("values that are no folder and no text are usage errors", async () => {
  for (const value of [undefined, 7, null, {}]) {
    await expect(findDailyDialog(value as never)).rejects.toThrow(UsageError);
    expect(() => parseDialogues(value as never)).toThrow(UsageError);
  }
});

const shared = sharedData("dailydialog", "train.txt.gz");
it.skipIf(shared === undefined)("DailyDialog has 9,122, 970 and 991 dialogues with 70,278, 7,806 and 7,657 turns", async () => {
  const { train, validation, test } = await dailyDialog({ dir: join(shared!, "../..") });
  const parts = [train, validation, test];
  expect(parts.map(({ length }) => length)).toEqual([9122, 970, 991]);
  expect(parts.map((part) => part.reduce((sum, { length }) => sum + length, 0))).toEqual([70278, 7806, 7657]);
}); // prettier-ignore
