/** Lint for everything that is written by hand. Zero warnings: every rule is an error or off, and why it is off stands beside it. */
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";
import { rooms } from "./scripts/lint/rooms.mjs";

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "No default exports: a name is the same everywhere.",
};
const noLeftOvers = {
  selector: "MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo)$/]",
  message: "A test runs, or it says by skipIf/runIf what it needs.",
};

export default defineConfig(
  // Programs that other people's tools compile, by rules of their own, are not read here.
  { ignores: ["build/", "coverage/", "test/golden/", "test/embed/next/", "test/embed/project/commonJs/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-warning-comments": "error",
      "no-restricted-syntax": ["error", noDefaultExport, noLeftOvers],
    },
  },
  {
    files: ["{src,course,test,bench,examples,site}/**/*.ts", "*.config.ts"],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // Numbers are what this package prints.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // tsconfig types a[i] as always present, lib.dom types every global as a browser has it, and public functions check
      // at run time what their types promise: a condition that looks needless to the compiler mostly is not.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-unnecessary-boolean-literal-compare": "off",
      // async turns a throw into a rejection, which is wanted with or without an await.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // a[i]! and map.get(k)! say what an invariant guarantees; a thrown TypeError is the test.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["{src,course,bench,site}/**/*.ts", "examples/**/*.{js,ts}"],
    plugins: { rooms },
    rules: { "rooms/down": "error", "rooms/cycles": "error" },
  },
  {
    // Bundlers, Parcel among them, put a stand-in where a module of the library names what Node alone has.
    files: ["src/**/*.ts"],
    ignores: ["src/cli/**"],
    rules: { "no-restricted-globals": ["error", "process", "Buffer", "global", "require", "__dirname"] },
  },
  { files: ["course/**/*.ts"], plugins: { rooms }, rules: { "rooms/plain": "error" } },
  {
    files: ["{src,course,site,assembly}/**/*.ts"],
    rules: { "max-lines": ["error", { max: 340, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // Tests of bad input pass what the types forbid.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-explicit-any": "off",
    },
  },
  {
    // AssemblyScript is not TypeScript: its types come from the compiler (npm run types), so no rule here asks for them.
    files: ["assembly/**/*.ts"],
    extends: [ts.configs.strict],
    languageOptions: { parserOptions: { allowInvalidAST: true } },
    rules: {
      "no-undef": "off",
      // Every @inline needs `// @ts-ignore: decorator` for tsc; @ts-expect-error would fail in asc's own declarations.
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-ignore": "allow-with-description" }],
      "@typescript-eslint/prefer-ts-expect-error": "off",
      // There is no === on numbers in AssemblyScript that differs from ==.
      eqeqeq: "off",
      // The coefficients are printed with all digits of their source and rounded once, by the compiler.
      "no-loss-of-precision": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      // A struct with a constructor is a pointer to asc; without one it is a plain object, for which asc exports its allocator.
      "@typescript-eslint/no-useless-constructor": "off",
      // A strategy's method has the arguments of its interface, whether its formula needs them or not.
      "@typescript-eslint/no-unused-vars": ["error", { args: "none" }],
    },
  },
  {
    files: ["scripts/**/*.mjs", "*.config.js"],
    languageOptions: {
      globals: {
        console: "readonly",
        process: "readonly",
        URL: "readonly",
        Buffer: "readonly",
        fetch: "readonly",
        WebAssembly: "readonly",
      },
    },
  },
  {
    files: ["test/embed/project/jest/*.js"],
    languageOptions: { globals: { require: "readonly", it: "readonly", expect: "readonly" } },
  },
  {
    files: ["examples/**/*.js"],
    languageOptions: {
      globals: {
        Blob: "readonly",
        Buffer: "readonly",
        console: "readonly",
        process: "readonly",
        TransformStream: "readonly",
      },
    },
  },
  {
    files: ["test/package/project/*.js", "test/embed/project/oneEntry/*.js"],
    languageOptions: {
      globals: {
        console: "readonly",
        document: "readonly",
        fetch: "readonly",
        URLSearchParams: "readonly",
        setTimeout: "readonly",
        WebAssembly: "readonly",
      },
    },
  },
  {
    files: ["**/*.config.{js,mjs,ts}", "scripts/statics.mjs"],
    rules: { "no-restricted-syntax": ["error", noLeftOvers] },
  },
);
