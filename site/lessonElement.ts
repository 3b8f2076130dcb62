/**
 * <lanegrad-lesson name="xor">: a lesson of the course that can be started, paused and stopped. It runs in a worker,
 * and the element draws what it shows. Any page can embed it, since its style and content are isolated. If the page is
 * not cross-origin isolated (COOP and COEP), the lesson runs on one thread.
 */
import { lessons } from "../course/index.js";
import type { Lesson } from "../course/stage.js";
import { element } from "../src/report/browser/elements.js";
import { codeView } from "./codeView.js";
import { DataForm } from "./dataForm.js";
import { lessonStyle } from "./lessonStyle.js";
import { LessonView } from "./lessonView.js";
import { Performance, type State } from "./performance.js";
import { SettingsForm } from "./settingsForm.js";

/** The element. */
export class LessonElement extends HTMLElement {
  static readonly observedAttributes = ["name"];
  #performance: Performance | undefined;
  /** Removes the element's listeners. */
  #connection = new AbortController();

  connectedCallback(): void {
    this.#build();
  }

  disconnectedCallback(): void {
    this.#close();
  }

  attributeChangedCallback(_name: string, old: string | null, name: string | null): void {
    if (!this.isConnected || old === null || old === name) return;
    this.#close();
    this.#build();
  }

  #close(): void {
    this.#performance?.close();
    this.#connection.abort();
  }

  #build(): void {
    this.#connection = new AbortController();
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const name = this.getAttribute("name") ?? "";
    const lesson = lessons.find((one) => one.name === name);
    root.replaceChildren(styleElement());
    if (lesson === undefined) {
      const known = lessons.map((one) => one.name).join(", ");
      root.append(element("p", `There is no lesson "${name}"; expected one of ${known}.`));
      return;
    }
    root.append(element("h2", lesson.title), element("p", sentence(lesson.about)), this.#stage(lesson));
  }

  /** Everything below the title: the settings, what is shown, and the code. */
  #stage({ name, settings, quick, sources, runsWithoutSources = sources.length === 0, ...rest }: Lesson): HTMLElement {
    const view = new LessonView();
    const form = new SettingsForm(settings, quick);
    const engine = element("p", "starting …", "help");
    const state = element("p", "", "state");
    state.setAttribute("role", "status");
    const [start, pause, stop] = ["Start", "Pause", "Stop"].map(buttonOf);
    start.classList.add("main");
    let current: State = "ready";
    const data = new DataForm(sources, runsWithoutSources, () => update());
    const update = (): void => {
      const isUnderWay = current === "running" || current === "paused";
      const isReady = runsWithoutSources || data.isComplete;
      start.disabled = isUnderWay || !isReady;
      start.textContent = current === "ready" || isUnderWay ? "Start" : "Start again";
      pause.disabled = stop.disabled = !isUnderWay;
      pause.textContent = current === "paused" ? "Resume" : "Pause";
      form.isLocked = data.isLocked = isUnderWay;
      this.dataset.state = current;
    };
    const performance = new Performance(name, {
      engine: (text) => (engine.textContent = text),
      shown: (shown) => view.show(shown),
      async state(next, text) {
        const isOver = next !== "running" && next !== "paused";
        if (isOver) await view.finish();
        const hadFocus = [pause, stop].some((button) => button.matches(":focus"));
        current = next;
        state.textContent = text === "" ? { running: "Running.", paused: "Paused." }[next as "running"] : text;
        state.classList.toggle("failure", next === "failed");
        update();
        if (isOver && hadFocus) start.focus();
      },
    });
    this.#performance = performance;
    start.addEventListener("click", () => {
      const values = form.values;
      if (values === undefined) return;
      view.clear();
      performance.start(values.settings, values.seed, data.files);
      pause.focus();
    });
    pause.addEventListener("click", () => (current === "paused" ? performance.resume() : performance.pause()));
    stop.addEventListener("click", () => {
      performance.stop();
    });
    const { signal } = this.#connection;
    const visibility = (): void => (document.hidden ? performance.hide() : performance.reveal());
    document.addEventListener("visibilitychange", visibility, { signal });
    update();
    const buttons = element("p", "", "buttons");
    buttons.append(start, pause, stop);
    const columns = element("div", "", "columns");
    const left = element("div");
    if (sources.length > 0) left.append(data.element);
    left.append(form.element, buttons, engine, state, view.element);
    columns.append(left, codeView({ name, settings, sources, ...rest }));
    return columns;
  }
}

function buttonOf(text: string): HTMLButtonElement {
  const button = element("button", text) as HTMLButtonElement;
  button.type = "button";
  return button;
}

function styleElement(): HTMLStyleElement {
  const made = document.createElement("style");
  made.textContent = lessonStyle;
  return made;
}

/** A line of help as a sentence. */
function sentence(about: string): string {
  return `${about[0].toUpperCase()}${about.slice(1)}.`;
}

/** Registers the element. */
export function defineLessonElement(): void {
  customElements.define("lanegrad-lesson", LessonElement);
}
