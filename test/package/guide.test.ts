/**
 * The guide works: the code blocks of each page are one program, run by Node as a reader would. A block marked `js page` runs in browsers alone: it is compiled, not
 * run.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import * as ops from "../../src/ops/index.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const guide = join(root, "docs/guide");
const programs = join(root, "build/guide");
const pages = readdirSync(guide).filter((name) => name !== "README.md");

/** The code blocks of a page, without the indentation of a list. */
function blocksOf(page: string): { language: string; code: string }[] {
  const text = readFileSync(join(guide, page), "utf8");
  return [...text.matchAll(/^( *)```(.*)\n([^]*?)^ *```$/gm)].map(([, indent, language, code]) => ({
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

describe("docs/guide", () => {
  it("lists every page once", () => {
    const listed = [...readFileSync(join(guide, "README.md"), "utf8").matchAll(/\]\((.*?\.md)\)/g)];
    expect(listed.map(([, page]) => page).sort()).toEqual(pages.sort());
  });

  it.each(pages)("%s: its code runs from the top", (page) => {
    const blocks = blocksOf(page);
    const code = blocks.filter(({ language }) => language === "js").map((block) => block.code);
    expect(code.length).toBeGreaterThan(0);
    mkdirSync(programs, { recursive: true });
    const program = join(programs, page.replace(".md", ".mjs"));
    writeFileSync(program, code.join("\n"));
    execFileSync(process.execPath, [program], { cwd: root, stdio: "pipe" });
  });

  it.each(pages)("%s: what runs in pages alone is sound JavaScript, and no block is of an unknown kind", (page) => {
    const blocks = blocksOf(page);
    for (const { code } of blocks.filter(({ language }) => language === "js page")) {
      expect(() => transformSync(code, { loader: "js", format: "esm" })).not.toThrow();
    }
    expect(
      blocks.map(({ language }) => language).filter((one) => !["js", "js page", "sh", "", "py"].includes(one)),
    ).toEqual([]);
  });

  it("names every op once in its list", () => {
    const [, list] = readFileSync(join(guide, "ops.md"), "utf8").split("## The list");
    const listed = list.matchAll(/^\|[^|]*\|(.*)\|$/gm);
    const names = Array.from(listed, ([, cell]) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name]) => name)).flat();
    expect(names.filter((name) => name !== "losses").sort()).toEqual(Object.keys(ops).sort());
  });

  it("leads to no page that is not there", () => {
    for (const page of [...pages, "README.md"]) {
      for (const [, link] of readFileSync(join(guide, page), "utf8").matchAll(/\]\(([^)#:]*?)\)/g))
        expect(() => readFileSync(join(guide, link))).not.toThrow();
    }
  });
});
