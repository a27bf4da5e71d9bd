// Writes a .gz sibling beside every text asset, so the server never compresses at request time.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = new Set([".js", ".css", ".svg", ".json", ".txt"]);
const SMALLEST = 1024;
const compress = promisify(gzip);

async function files(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await files(path)));
    else found.push(path);
  }
  return found;
}

export function precompress(): Plugin {
  let out = "";
  return {
    name: "luban-precompress",
    apply: "build",
    configResolved(config) {
      out = config.build.outDir;
    },
    async closeBundle() {
      for (const path of await files(out)) {
        if (!TEXT.has(extname(path))) continue;
        const body = await readFile(path);
        if (body.length < SMALLEST) continue;
        await writeFile(`${path}.gz`, await compress(body, { level: 9 }));
      }
    },
  };
}
