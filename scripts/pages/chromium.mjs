/** A page in Chromium, with the few operations that playLessons.mjs needs. */
import { chromium } from "playwright-core";

/** @param options of launch, from test/package/page.ts */
export async function chromiumBrowser(options) {
  const args = [...options.args, "--js-flags=--expose-gc"];
  const browser = await chromium.launch({ ...options, args });
  return {
    name: `Chromium ${browser.version()}`,
    async newPage(url) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
      await page.goto(url);
      return {
        ...{ errors, page },
        run: (inPage, argument) => page.evaluate(inPage, argument),
        async look(width, colorScheme) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          await page.waitForTimeout(300);
        },
        picture: (path) => page.locator("lanegrad-lesson .columns > :first-child").screenshot({ path }),
        async processes(type) {
          const session = await browser.newBrowserCDPSession();
          const { processInfo } = await session.send("SystemInfo.getProcessInfo");
          await session.detach();
          return processInfo.filter((one) => one.type === type).map(({ id }) => id);
        },
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}
