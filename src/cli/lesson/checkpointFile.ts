/**
 * Where a training run keeps its checkpoint: the file of --checkpoint, the one that it goes on from, or one with a name
 * that is free. A file that somebody else has written meanwhile is never replaced. Does not know what is in a
 * checkpoint.
 */
import { rm } from "node:fs/promises";
import { DataError, message, show } from "../../errors.js";
import { writeFileAtomically } from "../../io/files.js";
import { writeNewFile } from "../../io/newFile.js";
import type { Arguments } from "../commandLine.js";
import { identityOf, writeElsewhere, writeNumbered } from "./outputs.js";
import type { Plan } from "./plan.js";

const command = "train";
const extension = ".safetensors";

/** Where a checkpoint has been saved. */
export interface SavedCheckpoint {
  readonly path: string;
  /** Why it is not where it was to be. */
  readonly failure: DataError | undefined;
}

/** The checkpoint of one run. */
export class CheckpointFile {
  /** --checkpoint: it is saved after each epoch. */
  readonly isAsked: boolean;
  /** Of names that are free. */
  readonly #stem: string;
  #path: string | undefined;
  /** The file as this run read or wrote it; undefined before. */
  #identity: string | undefined;

  /** @throws {DataError} when the file of --checkpoint is there and is not the one that the run goes on from */
  static async of({ lesson, resumed }: Plan, args: Arguments): Promise<CheckpointFile> {
    const asked = args.text("checkpoint");
    const { file, identity } = resumed ?? {};
    const there = asked === undefined ? undefined : await identityOf(asked);
    if (there !== undefined && there !== identity) throw taken(asked!);
    const stem = `${args.text("out")?.replace(/\.safetensors$/, "") ?? lesson.name}.checkpoint`;
    return new CheckpointFile(asked ?? file, asked === undefined ? identity : there, stem, asked !== undefined);
  }

  private constructor(path: string | undefined, identity: string | undefined, stem: string, isAsked: boolean) {
    this.#path = path;
    this.#identity = identity;
    this.#stem = stem;
    this.isAsked = isAsked;
  }

  /**
   * Makes the file of --checkpoint unless the run goes on from it.
   * @throws {DataError} when it cannot, or somebody else just has
   */
  async begin(bytes: () => Promise<Uint8Array>): Promise<void> {
    const path = this.#path!;
    if (this.#identity !== undefined) return;
    if (!(await writeNewFile(command, path, await bytes()))) throw taken(path);
    this.#identity = await identityOf(path);
  }

  /** Saves. @returns where. @throws {DataError} when it cannot be written */
  async save(bytes: Uint8Array): Promise<string> {
    if (this.#path !== undefined && this.#identity !== undefined && (await this.#isOwn())) {
      await writeFileAtomically(command, this.#path, [bytes]);
    } else this.#path = await writeNumbered(command, this.#stem, extension, bytes);
    this.#identity = await identityOf(this.#path);
    return this.#path;
  }

  /**
   * Saves where it is to be, else beside that, else in the temporary folder.
   * @throws {DataError} when none of these can be written
   */
  async saveSomewhere(bytes: Uint8Array): Promise<SavedCheckpoint> {
    try {
      return { path: await this.save(bytes), failure: undefined };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const path = await writeElsewhere(command, this.#path ?? `${this.#stem}${extension}`, bytes);
      if (path === undefined) throw error;
      return { path, failure: error };
    }
  }

  /** Removes the file of --checkpoint, where it is still this run's: the run has ended. */
  async remove(): Promise<void> {
    if (this.#path !== undefined && (await this.#isOwn())) await rm(this.#path, { force: true });
  }

  async #isOwn(): Promise<boolean> {
    return (await identityOf(this.#path!)) === this.#identity;
  }
}

function taken(path: string): DataError {
  const hint = "Go on from it with --resume, or name another file.";
  return new DataError(message(command, `--checkpoint ${show(path)} is there already`, { hint }));
}
