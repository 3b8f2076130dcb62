/** Pieces of a page. Browsers only. */
import type { Table } from "../shown.js";

/** An element with a text. */
export function element(tag: string, text = "", className = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

/**
 * A box for content that may be wider than the page: it then scrolls by itself, shows that it does, and takes keyboard
 * focus.
 * @param name for screen readers
 */
export function scrolling(content: HTMLElement, name: string): HTMLElement {
  const box = element("div", "", "scroll");
  box.append(content);
  const sizes = new ResizeObserver(() => {
    const overflows = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    box.classList.toggle("overflows", overflows);
    for (const [attribute, value] of [
      ["tabindex", "0"],
      ["role", "region"],
      ["aria-label", name],
    ]) {
      if (overflows) box.setAttribute(attribute, value);
      else box.removeAttribute(attribute);
    }
  });
  sizes.observe(box);
  sizes.observe(content);
  return box;
}

/** A table of texts. @param wordColumns how many of the first columns hold words, which are aligned left */
export function tableOf({ header, rows, shades, wordColumns = 1 }: Omit<Table, "kind" | "title">): HTMLTableElement {
  const made = document.createElement("table");
  const inColumn = (cell: HTMLElement, column: number): HTMLElement => {
    if (column < wordColumns) cell.className = "words";
    return cell;
  };
  const head = made.createTHead().insertRow();
  head.append(...header.map((text, column) => inColumn(headerCell(text, "col"), column)));
  const body = made.createTBody();
  for (const [i, row] of rows.entries()) {
    const cells = row.map((text, column) => inColumn(element("td", text), column));
    for (const [column, cell] of cells.entries()) shade(cell, "#2f74d0", shades?.[i][column] ?? 0);
    body.insertRow().append(...cells);
  }
  return made;
}

/** Colours a cell, more strongly the greater the share; paler than half, so that its text stays readable. */
export function shade(cell: HTMLElement, color: string, share: number): void {
  const part = share === 0 ? 0 : 8 + 37 * Math.sqrt(share);
  if (part > 0) cell.style.background = `color-mix(in srgb, ${color} ${part.toFixed(0)}%, transparent)`;
}

/** A cell that names its row or column; an empty one names nothing. */
export function headerCell(text: string, scope: "col" | "row"): HTMLElement {
  if (text.trim() === "") return element("td");
  const cell = element("th", text);
  cell.setAttribute("scope", scope);
  return cell;
}

/** Names and values. */
export function factList(facts: readonly (readonly [name: string, text: string])[]): HTMLTableElement {
  const list = document.createElement("table");
  list.className = "facts-table";
  for (const [name, text] of facts) list.insertRow().append(headerCell(name, "row"), element("td", text));
  return list;
}
