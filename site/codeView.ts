/** The code of a lesson, with a button that copies it. */
import { element, scrolling } from "../src/report/browser/elements.js";
import { type CodeFile, codeOf } from "./lessonCode.js";
import type { Lesson } from "../course/stage.js";

/** The view; its code is loaded a little later. */
export function codeView(lesson: Lesson): HTMLElement {
  const box = element("section", "", "code");
  const select = document.createElement("select");
  select.setAttribute("aria-label", "File");
  const copy = element("button", "Copy") as HTMLButtonElement;
  copy.type = "button";
  const status = element("span", "", "help");
  status.setAttribute("role", "status");
  const code = element("code");
  const pre = element("pre");
  pre.append(code);
  const line = element("p", "", "buttons");
  line.append(select, copy, status);
  box.append(element("h3", "Code"), line, scrolling(pre, "Code of the lesson"));

  let files: readonly CodeFile[] = [];
  const shown = (): CodeFile => files[select.selectedIndex];
  const show = (): void => {
    code.textContent = shown().text;
    status.textContent = "";
  };
  select.addEventListener("change", show);
  copy.addEventListener("click", () => {
    navigator.clipboard.writeText(shown().text).then(
      () => (status.textContent = "Copied."),
      () => (status.textContent = "The browser did not allow copying."),
    );
  });
  codeOf(lesson).then(
    (found) => {
      files = found;
      select.append(...files.map(({ path }) => new Option(path)));
      show();
    },
    (error: unknown) => (status.textContent = String(error)),
  );
  return box;
}
