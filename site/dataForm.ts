/**
 * The form for a lesson's data: a place to drop files or a folder, and buttons to choose them. The files serve every
 * lesson of the page.
 */
import type { DataSource } from "../course/stage.js";
import { element } from "../src/report/browser/elements.js";
import { droppedFiles, filesFor } from "./givenFiles.js";

/** The given files, by the name of the source. */
const given = new Map<string, readonly File[]>();

/** The form for the sources of one lesson. */
export class DataForm {
  readonly element = element("section", "", "data");
  readonly #sources: readonly DataSource<unknown>[];
  readonly #changed: () => void;
  readonly #status = element("p", "", "status");

  /** @param changed is called when files have been given */
  constructor(sources: readonly DataSource<unknown>[], isOptional: boolean, changed: () => void) {
    this.#sources = sources;
    this.#changed = changed;
    this.#status.setAttribute("role", "status");
    const box = this.element;
    box.append(element("h3", "Data"));
    for (const source of sources) box.append(aboutSource(source, isOptional));
    const chooseFiles = this.#chooser("Choose files", false);
    const chooseFolder = this.#chooser("Choose a folder", true);
    const buttons = element("p", "", "buttons");
    buttons.append(chooseFiles, chooseFolder);
    box.append(buttons, this.#status);
    this.#listen();
    this.#tell([]);
  }

  /** The files by source; a source that lacks some has none. */
  get files(): Readonly<Record<string, readonly File[]>> {
    return Object.fromEntries(this.#sources.flatMap(({ name }) => (given.has(name) ? [[name, given.get(name)!]] : [])));
  }

  get isComplete(): boolean {
    return this.#sources.every(({ name }) => given.has(name));
  }

  /** Disables the form while a lesson runs. */
  set isLocked(isLocked: boolean) {
    this.element.toggleAttribute("inert", isLocked);
  }

  /** Accepts files. */
  give(files: readonly File[]): void {
    for (const source of this.#sources) {
      const { files: own, missing } = filesFor(source, files);
      if (missing.length === 0) given.set(source.name, own);
    }
    this.#tell(files);
    this.#changed();
  }

  #tell(files: readonly File[]): void {
    const texts = this.#sources.map((source) => {
      const own = given.get(source.name);
      if (own !== undefined) return `${source.title}: ${own.map(({ name }) => name).join(", ")}.`;
      if (files.length === 0) return "";
      const { missing } = filesFor(source, files);
      return `${source.title} is not complete: ${missing.join(", ")} missing among ${files.length} files.`;
    });
    this.#status.textContent = texts.join(" ").trim();
  }

  #chooser(text: string, isFolder: boolean): HTMLElement {
    const label = element("label", text, "button");
    const input = document.createElement("input");
    Object.assign(input, { type: "file", multiple: true, webkitdirectory: isFolder });
    input.addEventListener("change", () => this.give(Array.from(input.files ?? [])));
    label.append(input);
    return label;
  }

  #listen(): void {
    const box = this.element;
    const isOver = (over: boolean): void => void box.classList.toggle("over", over);
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      isOver(true);
    });
    box.addEventListener("dragleave", () => isOver(false));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      isOver(false);
      droppedFiles(event.dataTransfer!).then(
        (files) => this.give(files),
        (error: unknown) => (this.#status.textContent = String(error)),
      );
    });
  }
}

function aboutSource(source: DataSource<unknown>, isOptional: boolean): HTMLElement {
  const { title, url, files, otherFiles = [] } = source;
  const line = element("p");
  const link = element("a", url);
  Object.assign(link, { href: url, target: "_blank", rel: "noreferrer" });
  const ways = [files, ...otherFiles].map((list) => list.filter(({ isOptional = false }) => !isOptional));
  const what =
    files.length === 0 ? "the file" : ways.map((list) => list.map(({ names }) => names[0]).join(", ")).join("; or ");
  const need = isOptional ? `With ${title} it trains on that.` : `This lesson needs ${title}.`;
  line.append(`${need} Get ${what} from `, link, " and drop the files or their folder here.");
  return line;
}
