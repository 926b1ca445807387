import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Built files by path, such as `/assets/index-1a2b.js`. */
export type Page = Map<string, string>;

const HERE = import.meta.dirname;
const SOURCES = ['page/**', 'page-data.ts', 'slack/*.ts', 'page-build.ts', '../pnpm-lock.yaml'];

/** Builds the page in memory (about a second). */
export async function buildPage(): Promise<Page> {
  const { build } = await import('vite');
  const how = { write: false, chunkSizeWarningLimit: 5_000 };
  // Said here, since Vite would otherwise follow NODE_ENV, which tests set.
  const react = { define: { 'process.env.NODE_ENV': '"production"' }, oxc: { jsx: { development: false } } };
  const built = await build({ root: join(HERE, 'page'), configFile: false, logLevel: 'error', build: how, ...react });
  if (!('output' in built)) throw new Error('Vite built no single bundle');
  return new Map(
    built.output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : String(file.source)]),
  );
}

/** The page as built from the same sources before, or else built now and kept in the folder. */
export async function cachedPage(folder: string): Promise<Page> {
  const file = join(folder, 'page.json');
  const sources = hashOfSources();
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (kept.sources === sources) return new Map(kept.page);
  const page = await buildPage();
  mkdirSync(folder, { recursive: true });
  // Moved into place whole: two test files may do this at once.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify({ sources, page: [...page] }));
  renameSync(`${file}.${process.pid}`, file);
  return page;
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: HERE, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) hash.update(readFileSync(path));
  return hash.digest('hex');
}
