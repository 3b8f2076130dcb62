/**
 * Multi30k: 29,000 + 1,014 + 1,000 descriptions of photographs in English, German and French, line by line translations
 * of each other, for training, validation and test (2016). Read from a folder: the texts are for research and teaching
 * only, so nothing is downloaded. Reading a folder needs Node. Does not split them into words.
 * Source: Elliott, Frank, Sima'an & Specia 2016, "Multi30K: Multilingual English-German image descriptions".
 */
import { DataError, UsageError, checkKeys, message, show } from "../../errors.js";
import type { ByteSource } from "../../io/bytes.js";
import { checkMaxBytes, type InflateOptions } from "../../io/gzip.js";
import { checkList, checkObject } from "../../options.js";
import { findInFolders } from "./folders.js";
import { readText } from "../text/readText.js";

const op = "datasets.multi30k";
const folders = ["", "multi30k", "translation/multi30k"];

/** The parts, by the beginnings of the files' names. */
const parts = { train: "train", validation: "val", test: "test_2016_flickr" } as const;

/** The parts of a text in one language. */
export type Multi30kPart = keyof typeof parts;

/** A language of Multi30k. */
export type Multi30kLanguage = "de" | "en" | "fr";

/** Sentences of one language; those of the same number in another language mean the same. */
export type Multi30kTexts = Readonly<Record<Multi30kPart, readonly string[]>>;

/** Options of {@link multi30k}. */
export interface Multi30kOptions extends InflateOptions {
  /** Folder with `train.en`, `val.en`, `test_2016_flickr.en` and so on, each plain or as `.gz`. */
  readonly dir: string;
  /** The languages that are read. */
  readonly languages: readonly Multi30kLanguage[];
}

/** The possible names of a file. @throws {UsageError} for an unknown part or language */
export function multi30kNames(part: Multi30kPart, language: Multi30kLanguage): readonly string[] {
  checkLanguages([language]);
  if (typeof part !== "string" || !Object.hasOwn(parts, part)) {
    const expected = Object.keys(parts).join(", ");
    throw new UsageError(message(op, "unknown part", { expected, got: show(part) }));
  }
  const name = `${parts[part]}.${language}`;
  return [`${name}.gz`, name];
}

/**
 * The sentences, by language.
 * @throws {UsageError} for a wrong option
 * @throws {DataError} when a file is missing or damaged, or languages have different numbers of sentences
 */
export async function multi30k(options: Multi30kOptions): Promise<Record<Multi30kLanguage, Multi30kTexts>> {
  checkKeys(op, options, ["dir", "languages", "maxBytes"]);
  checkMaxBytes(op, options);
  const { dir, languages, maxBytes } = options;
  const files = await findMulti30k(dir, languages);
  if (files === undefined) {
    const expected = languages.flatMap((language) => partNames.map((part) => multi30kNames(part, language)[1]));
    throw new DataError(message(op, `${show(dir)} does not have the texts`, { expected: expected.join(", ") }));
  }
  return multi30kFrom(files, maxBytes === undefined ? {} : { maxBytes });
}

const partNames = Object.keys(parts) as Multi30kPart[];

function checkLanguages(languages: readonly unknown[]): void {
  const wrong = languages.find((language) => language !== "de" && language !== "en" && language !== "fr");
  if (wrong === undefined && languages.length > 0) return;
  throw new UsageError(message(op, "unknown language", { expected: "de, en or fr", got: show(wrong) }));
}

/** The files of some languages. */
export type Multi30kFiles<Source> = Partial<Record<Multi30kLanguage, Readonly<Record<Multi30kPart, Source>>>>;

/**
 * The sentences from files.
 * @throws {UsageError} for what is not files by language and part, or a wrong option
 * @throws {DataError} as {@link multi30k}
 */
export async function multi30kFrom(
  files: Multi30kFiles<ByteSource>,
  options: InflateOptions = {},
): Promise<Record<Multi30kLanguage, Multi30kTexts>> {
  checkObject(op, "files", files);
  checkKeys(op, options, ["maxBytes"]);
  checkMaxBytes(op, options);
  checkLanguages(Object.keys(files));
  for (const [language, sources] of Object.entries(files)) checkObject(op, `files.${language}`, sources);
  const read: Partial<Record<Multi30kLanguage, Record<Multi30kPart, readonly string[]>>> = {};
  const counts: Partial<Record<Multi30kPart, number>> = {};
  for (const [language, sources] of Object.entries(files) as [Multi30kLanguage, Record<Multi30kPart, ByteSource>][]) {
    const texts: Partial<Record<Multi30kPart, readonly string[]>> = {};
    for (const part of partNames) {
      const lines = (await readText(sources[part], options)).normalize("NFC").replace(/\n$/, "").split("\n");
      const expected = (counts[part] ??= lines.length);
      if (lines.length !== expected) {
        const got = `${lines.length} in ${language}`;
        throw new DataError(
          message(op, `${part} has different numbers of sentences`, { expected: String(expected), got }),
        );
      }
      texts[part] = lines;
    }
    read[language] = texts as Multi30kTexts;
  }
  return read as Record<Multi30kLanguage, Multi30kTexts>;
}

/**
 * The paths of the files in a folder, or in its folder `multi30k` or `translation/multi30k`; undefined where one of them
 * is not there.
 * @throws {UsageError} in browsers, or for an unknown language
 */
export async function findMulti30k(
  dir: string,
  languages: readonly Multi30kLanguage[],
): Promise<Multi30kFiles<string> | undefined> {
  checkList(op, "languages", languages);
  checkLanguages(languages);
  return findInFolders(op, dir, folders, (there, pathOf) => {
    const found = languages.map((language) => {
      const names = partNames.map((part) => multi30kNames(part, language).find((name) => there.includes(name)));
      if (names.includes(undefined)) return undefined;
      return [language, Object.fromEntries(partNames.map((part, i) => [part, pathOf(names[i]!)]))] as const;
    });
    return found.includes(undefined) ? undefined : Object.fromEntries(found as NonNullable<(typeof found)[number]>[]);
  });
}
