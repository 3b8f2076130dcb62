/**
 * Temporary files, in Node only. Their names say which process owns them, so that the next run that writes into a
 * folder removes files left by a killed run, and leaves alone those that a live one is writing. Does not write them
 * (files.ts).
 *
 *   .lanegrad-HOST-PID-UUID.tmp
 *   HOST: 8 hexadecimal digits for the machine, or for the container if it has process numbers of its own
 */
import { nodeBuiltin } from "./node.js";

const owned = /^\.lanegrad-([0-9a-f]{8})-(\d{1,10})-[0-9a-f-]{36}\.tmp$/;
const anyName = /^\.lanegrad-[0-9a-f-]{1,80}\.tmp$/;

/**
 * A file of another machine, or of a process number that is in use again, counts as abandoned when it has not been
 * written to for a day, in milliseconds.
 */
const longAgo = 86_400_000;

/**
 * Clocks of file systems are coarse: a file counts as older than this process only if it is by more than this, in
 * milliseconds.
 */
const clockMargin = 5_000;

let host: string | undefined;

/** Folders that this process has searched; once is enough. */
const searched = new Set<string>();

/** A unique name for a file in any folder. */
export function temporaryName(): string {
  return `.lanegrad-${hostName()}-${globalThis.process.pid}-${nodeBuiltin("crypto").randomUUID()}.tmp`;
}

/** Removes the temporary files of dead processes from a folder, once per process. What cannot be removed stays. */
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
  // The same number: another thread of this process, or an earlier process with that number.
  if (Number(pid) === globalThis.process.pid)
    return written < Date.now() - 1000 * globalThis.process.uptime() - clockMargin;
  return !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    globalThis.process.kill(pid, 0); // signal 0: none is sent
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * The machine's name and its namespace of process numbers: containers may share a folder and a name, but number their
 * processes separately.
 */
function hostName(): string {
  if (host !== undefined) return host;
  let namespace = "";
  try {
    namespace = nodeBuiltin("fs").readlinkSync("/proc/self/ns/pid");
  } catch {
    // not Linux
  }
  const name = `${nodeBuiltin("os").hostname()} ${namespace}`;
  host = nodeBuiltin("crypto").createHash("sha256").update(name).digest("hex").slice(0, 8);
  return host;
}
