/**
 * Temporary files, in Node only: their names say whose they are, so that what a killed run left is removed by the next
 * one that writes into the folder, and what a live one is writing is left alone. Does not write them (files.ts).
 *
 *   .lanegrad-HOST-PID-UUID.tmp        HOST: 8 hexadecimal digits for the machine, or the container with process numbers of its own
 */
import { nodeBuiltin } from "./node.js";

const owned = /^\.lanegrad-([0-9a-f]{8})-(\d{1,10})-[0-9a-f-]{36}\.tmp$/;
const anyName = /^\.lanegrad-[0-9a-f-]{1,80}\.tmp$/;

/**
 * A file of another machine, or whose process number somebody else has now, is abandoned when nobody has written to it
 * for a day, in milliseconds.
 */
const longAgo = 86_400_000;

/** Clocks of file systems are coarse: a file counts as older than this process only by more, in milliseconds. */
const clockMargin = 5_000;

let host: string | undefined;

/** Folders that this process has looked through; once is enough. */
const searched = new Set<string>();

/** A name that nobody has, for a file in any folder. */
export function temporaryName(): string {
  return `.lanegrad-${hostName()}-${process.pid}-${nodeBuiltin("crypto").randomUUID()}.tmp`;
}

/**
 * Removes the temporary files in a folder whose runs are dead; the first time that this process asks. What cannot be
 * removed stays.
 */
export async function removeAbandoned(folder: string): Promise<void> {
  if (searched.has(folder)) return;
  searched.add(folder);
  const fs = nodeBuiltin("fs/promises");
  const path = nodeBuiltin("path");
  const names = await fs.readdir(folder).catch((): string[] => []);
  for (const name of names.filter((one) => anyName.test(one))) {
    const file = path.join(folder, name);
    const found = await fs.lstat(file).catch(() => undefined);
    if (found?.isFile() === true && isAbandoned(name, found.mtimeMs)) await fs.unlink(file).catch(() => undefined);
  }
}

/** @param written  when the file was last written, in milliseconds since 1970 */
function isAbandoned(name: string, written: number): boolean {
  if (Date.now() - written > longAgo) return true;
  const [, where, pid] = owned.exec(name) ?? [];
  if (where !== hostName()) return false;
  // The same number: another thread of this process, or a process that had the number before.
  if (Number(pid) === process.pid) return written < Date.now() - 1000 * process.uptime() - clockMargin;
  return !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0: none is sent
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * The machine's name and its namespace of process numbers: containers may share a folder and a name, but count
 * processes for themselves.
 */
function hostName(): string {
  if (host !== undefined) return host;
  let namespace = "";
  try {
    namespace = nodeBuiltin("fs").readlinkSync("/proc/self/ns/pid");
  } catch {
    // no Linux
  }
  const name = `${nodeBuiltin("os").hostname()} ${namespace}`;
  host = nodeBuiltin("crypto").createHash("sha256").update(name).digest("hex").slice(0, 8);
  return host;
}
