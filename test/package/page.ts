/**
 * A page in Chromium, served from loopback. The browser is Debian's (`apt-get install chromium`) or the one that the variable
 * CHROMIUM names; nothing is downloaded. Without one the tests that need a page are skipped and say so.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser. */
export const hasChromium = existsSync(executablePath);

/** For test titles: why a test does not run. */
export const needsChromium = hasChromium ? "" : ` (skipped: no ${executablePath}; install chromium or set CHROMIUM)`;

const quiet = "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update";

/** How the browser is started: headless, and silent on the network. */
export const chromiumOptions = { executablePath, args: ["--no-sandbox", "--disable-sync", ...quiet.split(" ")] };

/** What a page did. */
export interface Visit {
  /** The page's <output>, parsed. */
  readonly result: unknown;
  /** The path of every request that the page made, in order. */
  readonly requests: readonly string[];
  /** Console errors and uncaught exceptions. */
  readonly errors: readonly string[];
}

/** Opens `url` and waits until its <output> has text. @param timeout milliseconds */
export async function visit(url: string, timeout = 20_000): Promise<Visit> {
  const browser = await chromium.launch(chromiumOptions);
  try {
    const page = await browser.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(url);
    const text = await page.waitForFunction(() => document.querySelector("output")?.textContent, undefined, {
      timeout,
    });
    return { result: JSON.parse((await text.jsonValue()) ?? "null"), requests, errors };
  } finally {
    await browser.close();
  }
}

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** The headers that let a page share memory between threads. */
export const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Serves a folder's files from loopback on a free port until `use` has ended. */
export async function serving<T>(
  folder: string,
  use: (url: string) => Promise<T>,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const server: Server = createServer(({ url = "/" }, response) => {
    const path = join(folder, normalize(new URL(url, "http://localhost").pathname));
    const file = path.endsWith("/") ? join(path, "index.html") : path;
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { ...headers, "content-type": types[extname(file)] ?? "application/octet-stream" });
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
