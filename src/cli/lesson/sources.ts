/**
 * Where the terminal finds the data of lessons: in --data, else in LANEGRAD_DATA, else in the cache, else, if this was
 * requested, on the network. Nothing is downloaded without a request. How the files are read is in src/data/.
 */
import { playDialogues } from "../../../course/sequences/dialogue/dialogues.js";
import type { DataSource, Lesson, Provided } from "../../../course/stage.js";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DataError, message, show } from "../../errors.js";
import { datasets, text } from "../../index.js";
import { loadWordVectors } from "../../words/index.js";
import type { Arguments, Signature } from "../commandLine.js";
import { placesOf } from "./places.js";

/** The options for the location of data. */
export const dataOptions: Signature["options"] = {
  data: {
    value: "DIR",
    about:
      "folder with the files of the data set, for shakespeare also a text file; default: LANEGRAD_DATA, else the cache",
  },
  download: {
    about:
      "fetch the data set into the cache (MNIST 11.6 MB, imdb 19 MB, shakespeare 1.1 MB, once) where neither LANEGRAD_DATA nor the cache has it",
  },
};

/** The options for files of a data set that --data does not find. */
export function fileOptions(lessons: readonly Lesson[]): Signature["options"] {
  const files = lessons.flatMap(({ sources }) => sources.flatMap((source) => source.files));
  return Object.fromEntries(
    files.flatMap(({ option }) =>
      option === undefined ? [] : [[option.name, { value: "FILE", about: option.about }]],
    ),
  );
}

/** How a data set is found, read, and downloaded on this machine. */
interface Loader {
  /** The missing data, for people: "MNIST is". */
  readonly subject: string;
  /** How to get them. */
  readonly hint: string;
  /** "MNIST" in "downloading MNIST: 1 of 2 MB from …" */
  readonly noun: string;
  /** Reads the data from a place; undefined if they are not there. @param place undefined for the cache */
  readonly load: (place: string | undefined, args: Arguments) => Promise<Provided<unknown> | undefined>;
  readonly download?: (options: datasets.CacheOptions) => Promise<unknown>;
}

/** The loaders, by the names of the sources. */
const loaders: Readonly<Record<string, Loader>> = {
  mnist: {
    subject: "MNIST is",
    hint: "Pass --data DIR with its four files, or --download to fetch them once into the cache (11.6 MB).",
    noun: "MNIST",
    async load(place) {
      const dir = await datasets.findMnist(place);
      return dir === undefined ? undefined : { data: await datasets.mnist({ dir }), place: dir };
    },
    download: (options) => datasets.mnist(options),
  },
  "fashion-mnist": {
    subject: "Fashion-MNIST is",
    hint: "Pass --data DIR with its four files or with a folder fashion-mnist that has them, or --download to fetch them once into the cache (30.9 MB).",
    noun: "Fashion-MNIST",
    async load(place) {
      const dir = await datasets.findFashionMnist(place);
      return dir === undefined ? undefined : { data: await datasets.fashionMnist({ dir }), place: dir };
    },
    download: (options) => datasets.fashionMnist(options),
  },
  cifar10: {
    subject: "CIFAR-10 is",
    hint: "Pass --data DIR with cifar-10-binary.tar.gz, its six files *.bin, or the pictures as JPEG, in it or in a folder cifar10.",
    noun: "CIFAR-10",
    async load(place) {
      const dir = place === undefined ? undefined : await datasets.findCifar10(place);
      return dir === undefined ? undefined : { data: await datasets.cifar10({ dir }), place: dir };
    },
  },
  imdb: {
    subject: "the film reviews are",
    hint: "Pass --data DIR with the reviews as files or as imdb.npz, or --download to fetch them once into the cache (19 MB).",
    noun: "reviews",
    async load(place, args) {
      const found = await datasets.findImdb(place);
      if (found === undefined) return undefined;
      const file = args.text("vectors");
      const vectors = file === undefined ? undefined : await loadWordVectors(file);
      const reviews = await datasets.imdb({ numWords: 10_000, ...found });
      return { data: { ...reviews, ...(vectors && { vectors }) }, place: Object.values(found)[0] };
    },
    download: (options) => datasets.imdb({ numWords: 10_000, ...options }),
  },
  vietnamese: {
    subject: "the Vietnamese text is",
    hint: "Pass --data DIR with viwiki-train.txt, viwiki-valid.txt and viwiki-test.txt, plain or gzipped, a paragraph a line.",
    noun: "the text",
    async load(place) {
      const found = place === undefined ? undefined : await datasets.findVietnamese(place);
      return found && { data: await datasets.vietnamese(found), place: dirname(found.train) };
    },
  },
  treebank: {
    subject: "the treebank is",
    hint: "Pass --data DIR with the three files *.conllu of a treebank such as UD_Vietnamese-VTB, plain or gzipped.",
    noun: "the treebank",
    async load(place) {
      const found = place === undefined ? undefined : await datasets.findTreebank(place);
      if (found === undefined) return undefined;
      const running = await datasets.findVietnamese(place!);
      const data = {
        treebank: await datasets.treebank(found),
        ...(running && { runningText: await text.readText(running.train) }),
      };
      return { data, place: dirname(found.train) };
    },
  },
  translation: {
    subject: "Multi30k is",
    hint: "Pass --data DIR with train.en, val.en, test_2016_flickr.en, the same in de and fr, or vie.txt of Tatoeba, or --file FILE with a sentence, a tab and its translation a line.",
    noun: "the sentences",
    async load(place, args) {
      const file = args.text("file");
      if (file !== undefined) return { data: { pairs: await text.readPairs(file) }, place: file };
      if (place === undefined) return undefined;
      if (!(await stat(place)).isDirectory()) return { data: { pairs: await text.readPairs(place) }, place };
      const found = await datasets.findMulti30k(place, ["de", "en", "fr"]);
      const vie = await datasets.findTatoeba(place, "vie");
      if (found === undefined && vie === undefined) return undefined;
      const multi30k = found && (await datasets.multi30kFrom(found));
      const vietnamese = vie && (await text.readPairs(vie));
      return { data: { ...(multi30k && { multi30k }), ...(vietnamese && { vietnamese }) }, place };
    },
  },
  dialogues: {
    subject: "the dialogues are",
    hint: "Pass --data DIR with train.txt, valid.txt and test.txt, plain or gzipped, a dialogue a line with tabs between its turns, --data FILE with plays, or --download to fetch Shakespeare's once into the cache (1.1 MB).",
    noun: "the plays",
    async load(place) {
      const found = place === undefined ? undefined : await datasets.findDailyDialog(place);
      if (found !== undefined) return { data: await datasets.dailyDialog(found), place: dirname(found.train) };
      const file = await datasets.findShakespeare(place);
      return file === undefined
        ? undefined
        : { data: playDialogues(await datasets.shakespeare({ file })), place: file };
    },
    download: async (options) => playDialogues(await datasets.shakespeare(options)),
  },
  flickr8k: {
    subject: "Flickr8k is",
    hint: "Pass --data DIR with Flickr8k.token.txt and, for train, dev and test, Flickr_8k.trainImages.txt and train-images64.u8, plain or gzipped.",
    noun: "the photographs",
    async load(place) {
      const files = place === undefined ? undefined : await datasets.findFlickr8k(place);
      return files && { data: await datasets.flickr8kFrom(files), place: dirname(files.sentences) };
    },
  },
  fsdd: {
    subject: "the spoken digits are",
    hint: "Pass --data DIR with recordings.tar.gz or recordings.tar of the Free Spoken Digit Dataset.",
    noun: "the recordings",
    async load(place) {
      const file = place === undefined ? undefined : await datasets.findFsdd(place);
      return file === undefined ? undefined : { data: await datasets.fsdd({ file }), place: file };
    },
  },
  enwiki: {
    subject: "the text for word vectors is",
    hint: "Pass --data DIR with enwiki-featured.txt, plain or gzipped, and, there or in a folder wordsim, questions-words.txt, EN-WS-353-ALL.txt and EN-SIMLEX-999.txt; or --data FILE with any long text.",
    noun: "the text",
    async load(place) {
      const files = place === undefined ? undefined : await datasets.findWordFiles(place);
      return files && { data: files, place: files.text };
    },
  },
  text: {
    subject: "the text of shakespeare is",
    hint: "Pass --data FILE with a text of your own, or --download to fetch it once into the cache (1.1 MB).",
    noun: "the text",
    async load(place) {
      const file = await datasets.findShakespeare(place);
      return file === undefined ? undefined : { data: await datasets.shakespeare({ file }), place: file };
    },
    download: (options) => datasets.shakespeare(options),
  },
};

/** The information needed to find data. */
export interface Finding {
  readonly args: Arguments;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Shows what is being read, and the progress of a download. */
  readonly note: (text: string) => void;
  /** Whether the lesson runs without the data unless they are requested. */
  readonly isOptional: boolean;
}

/** The data of a source. @throws {DataError} that says how to get them */
export async function provide<Data>(
  { name, title }: DataSource<Data>,
  { args, env, signal, note, isOptional }: Finding,
): Promise<Provided<Data>> {
  const { subject, hint, noun, load, download } = loaders[name];
  const [folder, defaultFolder] = [args.text("data"), env.LANEGRAD_DATA];
  for (const place of await placesOf({ folder, defaultFolder })) {
    note(`reading ${title} …`);
    const found = await load(place, args).finally(() => note(""));
    if (found !== undefined) return found as Provided<Data>;
  }
  if (args.has("download") && folder === undefined && download !== undefined) {
    const data = await download({
      signal,
      onProgress: ({ receivedBytes, totalBytes, mirror }) =>
        note(
          `downloading ${noun}: ${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB from ${new URL(mirror).host}`,
        ),
    });
    return { data: data as Data, place: "the cache" };
  }
  const searched =
    folder !== undefined ? show(folder) : !defaultFolder ? "the cache" : `${show(defaultFolder)} or the cache`;
  const missing = `${subject} not in ${searched}`;
  const ways = download === undefined ? "--data DIR" : "--data DIR or --download";
  if (isOptional && folder === undefined) return { data: undefined, place: `${missing}; ${ways} for that` };
  throw new DataError(message("train", missing, { hint }));
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
