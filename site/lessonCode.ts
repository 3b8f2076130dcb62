/** The source code of a lesson in course/: its own file, and the course files that it imports. */
/// <reference types="vite/client" />
import type { Lesson } from "../course/stage.js";

/** Every file of the course by path, read when it is needed. */
const files = import.meta.glob<string>("../course/**/*.ts", { query: "?raw", import: "default" });

/** A file of the course. */
export interface CodeFile {
  /** "course/feedforward/xor.ts" */
  readonly path: string;
  readonly text: string;
}

/** The files of a lesson, its own first. */
export async function codeOf({ name, chapter }: Pick<Lesson, "name" | "chapter">): Promise<readonly CodeFile[]> {
  const path = fileOf(name, chapter);
  const own = await read(path);
  const imported = importsOf(own.text, path).filter((one) => one in files);
  return [own, ...(await Promise.all(imported.map(read)))];
}

async function read(path: string): Promise<CodeFile> {
  return { path: path.replace("../", ""), text: await files[path]() };
}

/**
 * The file of a lesson has its name, in the chapter or a folder of it: mnist-mlp-300 is in mnistMlp300.ts, the six
 * networks imdb-… in imdb.ts, and a table with the name of its data in mnistTable.ts.
 */
function fileOf(name: string, chapter: string): string {
  const camelCase = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const names = [camelCase, `${name}Table`, name.split("-")[0]];
  const paths = Object.keys(files).filter((path) => path.startsWith(`../course/${chapter}/`));
  return names.map((one) => paths.find((path) => path.endsWith(`/${one}.ts`))).find((path) => path !== undefined)!;
}

/** The relative imports of a file, as paths from here. */
function importsOf(text: string, path: string): string[] {
  return Array.from(text.matchAll(/from "(\.[^"]+)\.js"/g), ([, to]) => {
    const url = new URL(`${to}.ts`, new URL(path, "file:///site/"));
    return `..${url.pathname}`;
  });
}
