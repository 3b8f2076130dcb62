/**
 * The course's page as `npm run course:build` makes it, served from loopback with the files of data sets below /data/, which only loopback
 * reads.
 */
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, sep } from "node:path";
import { build, preview } from "vite";

const configFile = "site/vite.config.ts";

/** Paths of all files below a folder. */
export async function filesBelow(folder) {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

/**
 * Builds and serves the page.
 * @param files the paths that it may fetch as /data/0, /data/1 … @returns its address, and a function that ends it
 */
export async function serveCourse(files) {
  const outDir = await mkdtemp(join(tmpdir(), "lanegrad-course-"));
  await build({ configFile, logLevel: "error", build: { outDir } });
  const dataFiles = {
    name: "data-files",
    configurePreviewServer({ middlewares }) {
      middlewares.use("/data", ({ url = "" }, response) => {
        const path = files[Number(url.slice(1))];
        if (path === undefined) response.writeHead(404).end();
        else createReadStream(path).pipe(response);
      });
    },
  };
  const options = { build: { outDir }, plugins: [dataFiles], preview: { host: "127.0.0.1" } };
  const server = await preview({ configFile, logLevel: "error", ...options });
  const close = async () => {
    await server.close();
    await rm(outDir, { recursive: true });
  };
  return { url: server.resolvedUrls.local[0], close };
}

/**
 * The files of a source among those of a folder: those below a folder with the source's name where there is one, else all.
 * @param filesFor of site/givenFiles.ts @returns their indices and names; undefined where some are missing
 */
export function filesOfSource(source, files, filesFor) {
  const indexed = files.map((path, index) => ({ path, index, name: basename(path) }));
  const own = indexed.filter(({ path }) => path.includes(`${sep}${source.name}${sep}`));
  const { files: found, missing } = filesFor(source, own.length > 0 ? own : indexed);
  if (missing.length > 0 || (source.files.length === 0 && own.length === 0)) return undefined;
  return found.map(({ index, name }) => ({ index, name }));
}
