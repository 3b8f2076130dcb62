/**
 * <lanegrad-model>: opens a model that `lanegrad train … --out FILE` saved, and answers: a text gets its diacritics, or
 * is translated, a line of dialogue is answered with the turns before in mind, a picture is described, digits are heard
 * while they are spoken. The model runs in a worker, and nothing is sent anywhere.
 */
import { element } from "../../src/report/browser/elements.js";
import { droppedFiles } from "../givenFiles.js";
import { lessonStyle } from "../lessonStyle.js";
import { Listening } from "./listening.js";
import type { Asked, ModelOrder, ModelReport } from "./modelMessages.js";

/** The element. */
export class ModelElement extends HTMLElement {
  #worker: Worker | undefined;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = lessonStyle;
    this.#worker = new Worker(new URL("./modelWorker.ts", import.meta.url), { type: "module" });
    root.replaceChildren(style, ...conversation(this.#worker));
  }

  disconnectedCallback(): void {
    this.#worker?.terminate();
  }
}

/** Everything in the element: where a model is given, where it is asked, and what was said. */
function conversation(worker: Worker): HTMLElement[] {
  const status = element("p", "No model yet.", "state");
  status.setAttribute("role", "status");
  const said = element("div", "", "said");
  said.setAttribute("role", "log");
  const question = element("section");
  /** The turns of a dialogue so far. */
  const turns: string[] = [];
  let asked: Asked | undefined;
  const tell = (order: ModelOrder, waiting: string): void => {
    status.textContent = waiting;
    status.classList.remove("failure");
    box.inert = question.inert = true;
    worker.postMessage(order);
  };
  const open = ([file]: readonly File[]): void => {
    if (file === undefined) return;
    turns.length = 0;
    said.replaceChildren();
    tell({ kind: "open", file }, `Opening ${file.name} …`);
  };
  const ask = (text: string): void => {
    if (asked === "dialogue") turns.push(text.trim().replaceAll("\n", " "));
    said.append(element("p", text, "asked"));
    tell({ kind: "ask", text: asked === "dialogue" ? turns.join("\n") : text }, "Thinking …");
  };
  const describe = (picture: File): void => {
    const shown = new Image(128);
    shown.src = URL.createObjectURL(picture);
    shown.alt = picture.name;
    said.append(shown);
    tell({ kind: "ask", picture }, "Looking …");
  };
  const listening = new Listening({
    ask: (sound) => worker.postMessage({ kind: "ask", sound } satisfies ModelOrder),
    fail: (text) => fail(text),
  });
  const play = (recording: File): void => {
    said.append(element("p", recording.name, "asked"));
    tell({ kind: "ask", recording }, "Listening …");
  };
  const fail = (text: string): void => {
    status.textContent = text;
    status.classList.add("failure");
  };
  worker.addEventListener("message", ({ data: report }: MessageEvent<ModelReport>) => {
    box.inert = question.inert = false;
    status.textContent = "";
    status.classList.remove("failure");
    if (report.kind === "failed") {
      fail(report.text);
      listening.failed();
      if (asked === "dialogue") turns.pop();
      return;
    }
    if (report.kind === "opened") {
      asked = report.asked;
      status.textContent = "The model is open.";
      listening.stop();
      question.replaceChildren(...questions(asked, report.about));
    } else if (report.picture !== undefined) listening.answer(report.text, report.picture);
    else {
      if (asked === "dialogue") turns.push(report.text);
      said.append(element("p", report.text, "answer"));
    }
    if (report.kind === "opened" || asked !== "sound")
      question.querySelector<HTMLElement>("textarea, input, button")?.focus();
  });
  const questions = (wanted: Asked, about: string): HTMLElement[] => {
    if (wanted === "picture") return [fileForm("Choose a picture", "image/*", describe)];
    if (wanted === "sound") return [fileForm("Choose a WAV file", ".wav,audio/wav", play), listening.element];
    return [textForm(about, ask)];
  };
  const box = element("section", "", "data");
  box.append(element("h2", "Model"), chooser("Choose a model", ".safetensors", open));
  box.addEventListener("dragover", (event) => event.preventDefault());
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    void droppedFiles(event.dataTransfer!).then(open);
  });
  return [box, status, said, question];
}

/** A field for a text, sent by its button or by Enter; Shift and Enter begin a new line. */
function textForm(about: string, send: (text: string) => void): HTMLElement {
  const form = document.createElement("form");
  const label = element("label", `${about[0].toUpperCase()}${about.slice(1)}`);
  const field = document.createElement("textarea");
  field.rows = 3;
  label.append(field);
  const button = element("button", "Answer", "main") as HTMLButtonElement;
  form.append(label, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim() === "") return;
    send(field.value);
    field.value = "";
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  return form;
}

function fileForm(text: string, accept: string, send: (file: File) => void): HTMLElement {
  return chooser(text, accept, ([file]) => {
    if (file !== undefined) send(file);
  });
}

/** A button that chooses a file. */
function chooser(text: string, accept: string, chosen: (files: readonly File[]) => void): HTMLElement {
  const line = element("p", "", "buttons");
  const label = element("label", text, "button");
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept });
  input.addEventListener("change", () => {
    chosen(Array.from(input.files ?? []));
    input.value = "";
  });
  label.append(input);
  line.append(label);
  return line;
}

/** Registers the element. */
export function defineModelElement(): void {
  customElements.define("lanegrad-model", ModelElement);
}
