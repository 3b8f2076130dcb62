/**
 * The file in which a training run keeps its checkpoint: that of --checkpoint, the one that the run resumed from, or
 * one with a free name. A file that another program has written meanwhile is never replaced. Does not know what is in a
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
  /** Why it is not in its intended place. */
  readonly failure: DataError | undefined;
}

/** The checkpoint of one run. */
export class CheckpointFile {
  /** Whether --checkpoint was given: then it is saved after each epoch. */
  readonly isAsked: boolean;
  /** The beginning of free names. */
  readonly #stem: string;
  #path: string | undefined;
  /** The identity of the file as this run read or wrote it; undefined before. */
  #identity: string | undefined;

  /** @throws {DataError} when the file of --checkpoint exists and is not the one that the run resumes from */
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
   * Makes the file of --checkpoint unless the run resumes from it.
   * @throws {DataError} when it cannot be made, or another program has just made it
   */
  async begin(bytes: () => Promise<Uint8Array>): Promise<void> {
    const path = this.#path!;
    if (this.#identity !== undefined) return;
    if (!(await writeNewFile(command, path, await bytes()))) throw taken(path);
    this.#identity = await identityOf(path);
  }

  /** Saves. @returns the path. @throws {DataError} when it cannot be written */
  async save(bytes: Uint8Array): Promise<string> {
    if (this.#path !== undefined && this.#identity !== undefined && (await this.#isOwn())) {
      await writeFileAtomically(command, this.#path, [bytes]);
    } else this.#path = await writeNumbered(command, this.#stem, extension, bytes);
    this.#identity = await identityOf(this.#path);
    return this.#path;
  }

  /**
   * Saves to the intended place, otherwise beside it, otherwise in the temporary folder.
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

  /** Removes the file of --checkpoint at the end of the run, if it is still this run's. */
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
