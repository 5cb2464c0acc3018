import { realpathSync, statSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** TypeScript's way to name a file: by what it would be compiled to. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};
const CODE = new Set(['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx']);
/** In node's order, then TypeScript's. What ends in .json or .node is node's. */
const ENDINGS = ['.js', '.json', '.node', '.ts', '.tsx', '.mts', '.cts', '.jsx'];

/**
 * The source file of the project that a path or file: URL means, with what TypeScript allows to leave out; null when
 * it is none: a package's, no code, or not there.
 */
export function sourceAt(where: string | URL): string | null {
  const path = pathOf(where);
  if (path === null) return null;
  const found = candidates(path).find(isFile);
  if (found === undefined || !CODE.has(extname(found))) return null;
  const real = realpathSync(found);
  return real.includes(`${sep}node_modules${sep}`) || !CODE.has(extname(real)) ? null : real;
}

function pathOf(where: string | URL): string | null {
  try {
    const text = String(where);
    return text.startsWith('file:') ? fileURLToPath(text.replace(/[?#].*$/s, '')) : resolve(text);
  } catch {
    return null;
  }
}

function candidates(path: string): string[] {
  const ending = extname(path);
  const bare = path.slice(0, path.length - ending.length);
  return [
    path,
    ...(WRITTEN_AS[ending] ?? []).map((other) => bare + other),
    ...ENDINGS.map((end) => path + end),
    ...ENDINGS.map((end) => join(path, `index${end}`)),
  ];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
