/** What axe-core and the width of the window have against a page. Does not open it. */
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const widths = [1280, 390];
const themes = ["light", "dark"] as const;

/** What is wrong with the page as it stands, light and dark, on a desk and on a telephone. */
export async function complaints(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe });
  const found: string[] = [];
  for (const width of widths)
    for (const colorScheme of themes) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))); // the charts, again
      const { violations } = await page.evaluate(() =>
        (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
          resultTypes: ["violations"],
        }),
      );
      const where = `${width} ${colorScheme}`;
      for (const { id, nodes } of violations) found.push(`${where}: ${id} at ${String(nodes[0].target)}`);
      const isNamed = (all: Element[]) => all.every((one) => one.closest("[role=img]")?.ariaLabel);
      if (!(await page.locator("canvas").evaluateAll(isNamed))) found.push(`${where}: a canvas without a name`);
      const widest = await page.evaluate(() => document.documentElement.scrollWidth);
      if (widest > width) found.push(`${where}: ${widest} pixels wide`);
    }
  return found;
}
