/** Errors of the file system in plain words, each with advice. Does not touch files. */
import { DataError, message, show } from "../errors.js";

/** For each code what is wrong, and what to do if the file was to be written. */
const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ["it, or its folder, does not exist", "Make the folder first, or name another."],
  EACCES: ["permission denied", "Name a place that you may write to."],
  EPERM: ["permission denied", "Name a place that you may write to."],
  EROFS: ["the file system is read-only", "Name a place on another one."],
  EISDIR: ["it is a folder", "Name a file in it."],
  ENOTDIR: ["a part of its path is a file", "Name a place in a folder."],
  ENOSPC: ["the disk is full", "Free some space, or name a place on another disk."],
  EDQUOT: ["the quota is used up", "Free some space, or name a place on another disk."],
  EFBIG: ["it would be larger than a file may be", "Raise the limit (ulimit -f), or name a place on another disk."],
  EMFILE: ["too many files are open", "Close some, or raise the limit (ulimit -n)."],
  ENFILE: ["too many files are open on this machine", "Close some."],
  ENAMETOOLONG: ["its name is too long", "Choose a shorter one."],
  ELOOP: ["its symbolic links lead in a circle", "Name the file itself."],
  EEXIST: ["it is there already", "Choose another name."],
  EBUSY: ["it is in use, or something is mounted there", "Choose another name."],
  ETXTBSY: ["it is a program that is running", "Choose another name."],
  ENXIO: ["no process reads from it", "Name a file."],
  EIO: ["the device reports an error", "Name a place on another disk."],
};

/** True for an error of the file system; if `codes` are given, for one of them. */
export function isFileError(error: unknown, ...codes: readonly string[]): error is Error & { readonly code: string } {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return false;
  return codes.length === 0 || codes.includes(String(error.code));
}

/** What is wrong, in plain words. */
export function reasonOf(error: Error): string {
  return (isFileError(error) && reasons[error.code]?.[0]) || error.message;
}

/** An error of the file system that is detected without asking the system. @param code such as "EISDIR" */
export function foreseen(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: "foreseen" });
}

/**
 * An error of the file system in plain words, with the original as its cause; any other error is returned as it is.
 *
 * @param op        the function that the user called
 * @param verb      "read" or "write", and what, such as "write --out"
 * @param withHint  whether to give advice as well
 */
export function fileError(op: string, verb: string, path: string, cause: unknown, withHint = false): unknown {
  if (!isFileError(cause)) return cause;
  const [reason, hint] = reasons[cause.code] ?? [cause.message, undefined];
  const text = message(op, `cannot ${verb} ${show(path)}: ${reason}`, withHint && hint !== undefined ? { hint } : {});
  return new DataError(text, { cause });
}
