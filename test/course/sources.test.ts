/** Data of lessons whose files come in several forms: whichever is given in a page, complete by itself, is read. */
import { describe, expect, it } from "vitest";
import { cifar } from "../../course/convolution/cifar.js";
import { dialogueSource } from "../../course/sequences/chat.js";
import { translationSource } from "../../course/sequences/translate.js";
import type { DataSource } from "../../course/stage.js";
import { filesFor } from "../../site/givenFiles.js";
import type { Split } from "../../src/data/dataset.js";
import { DataError } from "../../src/errors.js";
import "../support/engine.js";

/** What a source reads in a page where the files have these names and texts. */
function readIn<Data>(source: DataSource<Data>, texts: Readonly<Record<string, string | Uint8Array>>): Promise<Data> {
  const { files, missing } = filesFor(
    source,
    Object.keys(texts).map((name) => ({ name })),
  );
  expect(missing).toEqual([]);
  const bytesOf = (one: string | Uint8Array): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(typeof one === "string" ? new TextEncoder().encode(one) : one);
  return source.read(new Map(files.map(({ name }) => [name, bytesOf(texts[name])])));
}

const languages = ["de", "en", "fr"];
const multi30k = Object.fromEntries(
  ["train", "val", "test_2016_flickr"].flatMap((part) =>
    languages.map((one) => [`${part}.${one}`, `${part} ${one}\n`]),
  ),
);

describe("translate", () => {
  it("takes Multi30k, a file of pairs, Tatoeba's, or several of them", async () => {
    const pairs = { sources: ["one"], targets: ["eins"] };
    const vietnamese = { sources: ["Run!"], targets: ["Chạy!"] };
    const [own, tatoeba] = [{ "pairs.tsv": "one\teins\n" }, { "vie.txt": "Run!\tChạy!\n" }];
    expect(await readIn(translationSource, own)).toEqual({ pairs });
    expect(await readIn(translationSource, tatoeba)).toEqual({ vietnamese });
    const all = await readIn(translationSource, { ...multi30k, ...own, ...tatoeba });
    expect(all).toEqual({ multi30k: (await readIn(translationSource, multi30k)).multi30k, pairs, vietnamese });
    expect(all.multi30k!.fr!.test).toEqual(["test_2016_flickr fr"]);
  });

  it("without a whole form it names what Multi30k lacks", () => {
    const { "val.fr": _, ...rest } = multi30k;
    const given = Object.keys(rest).map((name) => ({ name }));
    expect(filesFor(translationSource, given).missing).toEqual(["val.fr.gz"]);
  });
});

it("chat takes dialogues a line each, or plays", async () => {
  const dialogues = { "train.txt": "a\tb\n", "valid.txt": "c\td\n", "test.txt": "e\tf\n" };
  expect(await readIn(dialogueSource, dialogues)).toEqual({
    train: [["a", "b"]],
    validation: [["c", "d"]],
    test: [["e", "f"]],
  });
  const turns = Array.from({ length: 40 }, (_, i) => `Citizen ${i}:\nSpeak ${i}.`).join("\n\n");
  expect((await readIn(dialogueSource, { "input.txt": turns })).train[0][31]).toBe("Speak 31.");
});

it("cifar takes the archive, its six files, or the pictures as JPEG", async () => {
  const source = cifar.sources[0] as DataSource<Split>;
  const record = new Uint8Array(3073).fill(3);
  const names = [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), "test_batch.bin"];
  const { train, test } = await readIn(source, Object.fromEntries(names.map((name) => [name, record])));
  expect([train.x.shape, test.x.shape]).toEqual([[5, 32, 32, 3], [1, 32, 32, 3]]); // prettier-ignore
  await expect(readIn(source, { "cifar-10-binary.tar": new Uint8Array(1024) })).rejects.toThrow(
    "the archive lacks files",
  );
  const jpeg = ["train", "test"].flatMap((part) => ["jpeg.bin.gz", "offsets.u32le", "labels.u8"].map((one) => `${part}-${one}`)); // prettier-ignore
  const empty = readIn(source, Object.fromEntries(jpeg.map((name) => [name, new Uint8Array()])));
  await expect(empty).rejects.toThrow(DataError);
});
