/** Steps that a reader goes through by buttons or by the arrow keys, one at a time. Browsers only. */
import type { Steps } from "../shown.js";
import { element } from "./elements.js";

/**
 * Appends a button for each step and one to either side, and below them the step that is chosen.
 *
 * @param first  the index of the step that is drawn at once
 * @param drawStep  draws a step into an empty element
 */
export function drawSteps(
  parent: HTMLElement,
  { title, steps }: Pick<Steps, "title" | "steps">,
  first: number,
  drawStep: (step: number, content: HTMLElement) => void,
): void {
  let at = first;
  const bar = element("div", "", "steps");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", `${title}: steps`);
  const [now, content] = [element("p", "", "step-name"), element("div")];
  now.setAttribute("role", "status");
  const back = buttonOf("‹", "Step back", () => choose(at - 1));
  const next = buttonOf("›", "Next step", () => choose(at + 1));
  const buttons = steps.map(({ name }, i) => buttonOf(String(i + 1), `Step ${i + 1}: ${name}`, () => choose(i)));
  bar.append(back, ...buttons, next);
  bar.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: steps.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
    buttons[at].focus();
  });
  parent.append(bar, now, content);
  const choose = (to: number): void => {
    at = Math.max(0, Math.min(steps.length - 1, to));
    for (const [i, button] of buttons.entries()) {
      if (i === at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    // A button that has the focus keeps it, so it is not disabled.
    back.setAttribute("aria-disabled", String(at === 0));
    next.setAttribute("aria-disabled", String(at === steps.length - 1));
    now.textContent = `Step ${at + 1} of ${steps.length}: ${steps[at].name}`;
    content.style.minHeight = `${content.clientHeight}px`; // so that the page does not jump
    content.replaceChildren();
    drawStep(at, content);
    content.style.minHeight = "";
  };
  choose(first);
}

function buttonOf(text: string, name: string, press: () => void): HTMLElement {
  const button = element("button", text);
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", name);
  button.addEventListener("click", press);
  return button;
}
