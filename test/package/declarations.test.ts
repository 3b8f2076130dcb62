/** The declarations compile in projects that know less than this one: without DOM, without Node's types, with the older way of resolving modules. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const root = fileURLToPath(new URL("../../", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "lanegrad-declarations-"));
afterAll(() => rmSync(project, { recursive: true }));
mkdirSync(join(project, "node_modules/@types"), { recursive: true });
symlinkSync(root, join(project, "node_modules/lanegrad"));
symlinkSync(join(root, "node_modules/@types/node"), join(project, "node_modules/@types/node"));

const entries = Object.entries(manifest.exports).flatMap(([path, where]) =>
  typeof where === "object" ? [path.replace(".", "lanegrad")] : [],
);
const source = entries.map((entry, i) => `import * as entry${i} from "${entry}";\nexport { entry${i} };\n`).join("");
const use = `import { layers, sequential, tensor, type Tensor } from "lanegrad";
export const x: Tensor = tensor([1, 2]);
export const model = sequential([layers.dense({ units: 1 })]);
export const signal: Parameters<typeof model.fit>[2] = { epochs: 1 };
`;

/** What the compiler says of a file that imports every entry. */
function complaints(name: string, options: ts.CompilerOptions): string[] {
  const file = join(project, name);
  writeFileSync(file, source + use);
  const common = { strict: true, noEmit: true, skipLibCheck: false, target: ts.ScriptTarget.ES2022 };
  const program = ts.createProgram([file], { ...common, ...options });
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const text = ts.flattenDiagnosticMessageText(one.messageText, "\n");
    return `${one.file?.fileName.replace(root, "") ?? ""}: ${text}`;
  });
}

const es2022 = ["lib.es2022.d.ts"];
const nodeNext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
const node10 = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: 2 as ts.ModuleResolutionKind, // Node10, which the compiler no longer wants named
  ignoreDeprecations: "6.0",
};

describe("the declarations compile", () => {
  it.each<[string, string, ts.CompilerOptions]>([
    ["with ES2022 alone", "plain.mts", { ...nodeNext, lib: es2022, types: [] }],
    ["with everything", "all.mts", { ...nodeNext, lib: ["lib.esnext.d.ts", "lib.dom.d.ts"], types: ["node"] }],
    ["resolved as Node 10 did, with Node's types", "old.ts", { ...node10, lib: es2022, types: ["node"] }],
  ])("%s", (_, name, options) => expect(complaints(name, options)).toEqual([]));
});
