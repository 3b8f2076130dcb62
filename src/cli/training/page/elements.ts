/** Pieces of a page. */

/** An element with a text. */
export function element(tag: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** A section with a heading and, under it, a sentence. */
export function section(parent: Element, title: string, text = ""): HTMLElement {
  const made = element("section");
  made.append(element("h2", title));
  if (text !== "") {
    const facts = element("p", text);
    facts.className = "facts";
    made.append(facts);
  }
  parent.append(made);
  return made;
}

/** What may be wider than the page. */
export function scrolling(content: HTMLElement): HTMLElement {
  const box = element("div");
  box.className = "scroll";
  box.append(content);
  return box;
}
