/** Finds the files of a data set among those that people gave, and the missing ones. */
import type { DataSource, SourceFile } from "../course/stage.js";

/** The files of a source that were given. */
export interface Given<F> {
  readonly files: readonly F[];
  /** The names of those that are missing. */
  readonly missing: readonly string[];
}

/**
 * Assigns files by their names: those of the first list that is complete, else those of `files` with what is missing
 * there. A source that names no files takes the first file, whatever its name.
 */
export function filesFor<F extends { readonly name: string }>(
  { files, otherFiles = [] }: Pick<DataSource<unknown>, "files" | "otherFiles">,
  given: readonly F[],
): Given<F> {
  if (files.length === 0) return { files: given.slice(0, 1), missing: given.length > 0 ? [] : ["a file"] };
  const ways = [files, ...otherFiles].map((wanted) => filesOfList(wanted, given));
  return ways.find(({ missing }) => missing.length === 0) ?? ways[0];
}

function filesOfList<F extends { readonly name: string }>(
  wanted: readonly SourceFile[],
  given: readonly F[],
): Given<F> {
  const found: F[] = [];
  const missing: string[] = [];
  for (const { names, isOptional = false } of wanted) {
    const file = given.find(({ name }) => names.includes(name));
    if (file !== undefined) found.push(file);
    else if (!isOptional) missing.push(names[0]);
  }
  return { files: found, missing };
}

/** All dropped files, including those in folders. */
export async function droppedFiles({ items }: DataTransfer): Promise<File[]> {
  // before anything is awaited: the list is empty afterwards
  const dropped = Array.from(items, (item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = dropped.map(async (one) => (one === null ? [] : one instanceof File ? [one] : filesOf(one)));
  return (await Promise.all(files)).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return files;
    for (const one of some) files.push(...(await filesOf(one)));
  }
}
