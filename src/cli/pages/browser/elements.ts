/** Pieces of a page. Runs in browsers only. */

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

/** A table of texts. @param rows each as long as the header */
export function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
  const made = document.createElement("table");
  made
    .createTHead()
    .insertRow()
    .append(...header.map((text) => element("th", text)));
  const body = made.createTBody();
  for (const row of rows) body.insertRow().append(...row.map((text) => element("td", text)));
  return made;
}

/** Names and values. */
export function factList(facts: readonly (readonly [name: string, text: string])[]): HTMLTableElement {
  const list = document.createElement("table");
  for (const fact of facts) list.insertRow().append(...fact.map((text) => element("td", text)));
  return list;
}
