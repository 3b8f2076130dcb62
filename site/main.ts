/** The pages of the course: a list of lessons by chapter, under #name one lesson, and under #model a saved model. */
import { lessons } from "../course/index.js";
import { type Chapter, type Lesson, chapters } from "../course/stage.js";
import { element } from "../src/report/browser/elements.js";
import { defineLessonElement } from "./lessonElement.js";
import { defineModelElement } from "./model/modelElement.js";

const main = document.querySelector("main")!;

/** The lessons in the order of the list. */
const ordered = (Object.keys(chapters) as Chapter[]).flatMap((chapter) =>
  lessons.filter((one) => one.chapter === chapter),
);

function show(isFirst: boolean): void {
  const name = decodeURIComponent(location.hash.slice(1));
  const at = ordered.findIndex((one) => one.name === name);
  if (name === "model") {
    document.title = `${modelTitle} – lanegrad`;
    main.replaceChildren(...modelPage());
    if (!isFirst) main.focus();
    return;
  }
  document.title = at < 0 ? "The course of lanegrad" : `${ordered[at].title} – lanegrad`;
  main.replaceChildren(...(at < 0 ? list() : lessonPage(at)));
  scrollTo(0, 0);
  if (!isFirst) main.focus();
}

function list(): HTMLElement[] {
  const introduction =
    "Every lesson runs here, in your browser. Its settings can be changed, its code stands beside it, and nothing is sent anywhere.";
  const parts = [element("h1", "The course"), element("p", introduction)];
  for (const [chapter, title] of Object.entries(chapters) as [Chapter, string][]) {
    const own = lessons.filter((one) => one.chapter === chapter);
    if (own.length === 0) continue;
    const items = element("ul", "", "lessons");
    items.append(...own.map(item));
    parts.push(element("h2", title), items);
  }
  const items = element("ul", "", "lessons");
  const about =
    "What the command trained and saved answers here: diacritics, translations, a dialogue, captions, spoken digits.";
  const one = element("li");
  one.append(linkTo("model", modelTitle), element("p", about));
  items.append(one);
  parts.push(element("h2", "Trained models"), items);
  return parts;
}

const modelTitle = "A saved model";

function modelPage(): HTMLElement[] {
  const around = element("nav", "", "around");
  around.setAttribute("aria-label", "Lessons");
  around.append(linkTo("", "All lessons"));
  const text =
    "Give it a file that `lanegrad train diacritics --out model.safetensors` wrote, or one of translate, chat, captions or spoken-numbers. It stays in this browser.";
  return [around, element("h1", modelTitle), element("p", text), element("lanegrad-model")];
}

function item({ name, title, about, sources, runsWithoutSources = sources.length === 0 }: Lesson): HTMLElement {
  const made = element("li");
  const titles = sources.map(({ title }) => title).join(", ");
  const needs = runsWithoutSources
    ? `Runs at once${titles === "" ? "" : `; on ${titles} where you have it`}.`
    : `Needs ${titles}.`;
  made.append(linkTo(name, title), element("p", about), element("p", needs, "faint"));
  return made;
}

function lessonPage(at: number): HTMLElement[] {
  const around = element("nav", "", "around");
  around.setAttribute("aria-label", "Lessons");
  const [before, after] = [ordered[at - 1], ordered[at + 1]] as (Lesson | undefined)[];
  around.append(linkTo("", "All lessons"));
  if (before) around.append(linkTo(before.name, `← ${before.title}`));
  if (after) around.append(linkTo(after.name, `${after.title} →`));
  const lesson = element("lanegrad-lesson");
  lesson.setAttribute("name", ordered[at].name);
  return [around, element("h1", chapters[ordered[at].chapter]), lesson];
}

function linkTo(name: string, text: string): HTMLElement {
  const link = element("a", text);
  link.setAttribute("href", `#${name}`);
  return link;
}

defineLessonElement();
defineModelElement();
addEventListener("hashchange", () => show(false));
show(true);
