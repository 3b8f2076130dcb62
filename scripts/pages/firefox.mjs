/**
 * A page in Firefox as a distribution has it, by Marionette, the protocol that Firefox itself speaks: JSON over a socket, each message with its
 * length before it. The browser is the one that the variable FIREFOX names, else /usr/bin/firefox-esr. One page at a time.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** The colour scheme that pages see: a setting of Firefox. */
const scheme = "layout.css.prefers-color-scheme.content-override";
const schemes = { dark: 0, light: 1 };

/** Starts Firefox with a profile of its own. */
export async function firefoxBrowser() {
  const profile = await mkdtemp(join(tmpdir(), "lanegrad-firefox-"));
  const port = await freePort();
  const settings = {
    "marionette.port": port,
    "browser.shell.checkDefaultBrowser": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "app.update.disabledForTesting": true,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "toolkit.telemetry.enabled": false,
    [scheme]: schemes.light,
  };
  const lines = Object.entries(settings).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  await writeFile(join(profile, "user.js"), lines.join("\n"));
  const command = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
  const options = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile];
  const child = spawn(command, options, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.once("SIGINT", () => {
    child.kill();
    process.exit(130);
  });
  const { call, close } = await connected(port);
  const { capabilities } = await call("WebDriver:NewSession", { acceptInsecureCerts: false });
  await call("WebDriver:SetTimeouts", { script: 120_000, pageLoad: 120_000 });
  return {
    name: `Firefox ${capabilities.browserVersion}`,
    async newPage(url) {
      await call("WebDriver:Navigate", { url: "about:blank" });
      await call("WebDriver:Navigate", { url });
      const run = async (inPage, argument) => {
        const script = `return (${inPage})(...arguments)`;
        const { value } = await call("WebDriver:ExecuteScript", { script, args: [argument ?? null], sandbox: null });
        return value;
      };
      const look = async (width, colorScheme) => {
        await call("Marionette:SetContext", { value: "chrome" });
        const script = "Services.prefs.setIntPref(...arguments)";
        await call("WebDriver:ExecuteScript", { script, args: [scheme, schemes[colorScheme]] });
        await call("Marionette:SetContext", { value: "content" });
        await resized(call, run, width);
        await wait(300);
      };
      await look(1280, "light");
      return {
        ...{ run, look, errors: [] },
        async picture(path) {
          const { value } = await call("WebDriver:TakeScreenshot", { full: true });
          await writeFile(path, value, "base64");
        },
        close: () => call("WebDriver:Navigate", { url: "about:blank" }),
      };
    },
    async close() {
      await call("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => undefined);
      close();
      await Promise.race([ended, wait(5000)]);
      if (child.exitCode === null) child.kill();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Sets the width of the page, which is less than that of its window. */
async function resized(call, run, width) {
  for (let outer = width, tries = 0; tries < 3; tries++) {
    await call("WebDriver:SetWindowRect", { width: outer, height: 1000 });
    await wait(100);
    const inner = await run("() => innerWidth");
    if (inner === width) return;
    outer += width - inner;
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** The connection, as soon as Firefox listens. */
async function connected(port) {
  for (let tries = 0; ; tries++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (isOpen) return conversation(socket);
    if (tries === 150) throw new Error("course:pages: Firefox did not listen within 30 s");
    await wait(200);
  }
}

/** Calls over a socket: [0, id, command, parameters] is answered by [1, id, error, result]. */
function conversation(socket) {
  const waiting = new Map();
  let bytes = Buffer.alloc(0);
  socket.on("data", (part) => {
    bytes = Buffer.concat([bytes, part]);
    for (;;) {
      const colon = bytes.indexOf(":");
      const length = Number(bytes.subarray(0, colon).toString());
      if (colon < 0 || bytes.length < colon + 1 + length) return;
      const message = JSON.parse(bytes.subarray(colon + 1, colon + 1 + length).toString());
      bytes = bytes.subarray(colon + 1 + length);
      if (!Array.isArray(message)) continue; // the greeting
      const [, id, error, result] = message;
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === null) resolve(result);
      else reject(new Error(`Firefox: ${error.error}: ${error.message}`));
    }
  });
  socket.on("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("Firefox has ended"));
  });
  let last = 0;
  return {
    call(command, parameters = {}) {
      const id = ++last;
      const text = JSON.stringify([0, id, command, parameters]);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.write(`${Buffer.byteLength(text)}:${text}`);
      });
    },
    close: () => socket.destroy(),
  };
}
