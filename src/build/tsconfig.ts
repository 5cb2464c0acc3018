import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { parseJsonc } from './jsonc.js';

/** A tsconfig with all that it extends. Files that are missing are named too: they change the build when they appear. */
export interface Tsconfig {
  readonly files: readonly string[];
  /** `paths` as pairs of a pattern and the absolute patterns that it stands for. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
  /** Absolute; null: none. */
  readonly baseUrl: string | null;
  /** `compilerOptions`, of the nearest file that has each. Paths in them are as written. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Follows `extends` from one tsconfig on, the way esbuild and TypeScript do. Never throws: a broken file ends its branch. */
export function readTsconfig(file: string): Tsconfig {
  const files: string[] = [];
  let paths: Tsconfig['paths'] | null = null;
  let baseUrl: string | null = null;
  let options: Record<string, unknown> = {};
  const visit = (path: string): void => {
    if (files.includes(path)) return;
    files.push(path);
    const config = parse(path);
    // The nearest `paths` wins, and relative targets count from the file they stand in.
    paths ??= pathsOf(config, dirname(path));
    const here = isObject(config) ? config['compilerOptions'] : undefined;
    if (isObject(here) && typeof here['baseUrl'] === 'string') baseUrl ??= resolve(dirname(path), here['baseUrl']);
    if (isObject(here)) options = { ...here, ...options };
    const bases = isObject(config) ? config['extends'] : undefined;
    // Of several bases the last one wins.
    for (const base of [bases].flat().toReversed())
      if (typeof base === 'string' && base !== '') visit(baseOf(base, path));
  };
  visit(file);
  return { files, paths: paths ?? [], baseUrl, options };
}

/** The folders in which an import that `paths` speaks of may appear. */
export function foldersOfAlias({ paths }: Tsconfig, specifier: string): string[] {
  return paths.flatMap(([pattern, targets]) => {
    const star = pattern.indexOf('*');
    if (star < 0) return pattern === specifier ? targets.map((target) => dirname(target)) : [];
    const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
    if (!specifier.startsWith(head) || !specifier.endsWith(tail)) return [];
    const middle = specifier.slice(head.length, specifier.length - tail.length);
    return targets.map((target) => dirname(target.replace('*', () => middle)));
  });
}

function baseOf(base: string, from: string): string {
  if (/^\.{1,2}(?:[\\/]|$)/.test(base) || isAbsolute(base)) {
    const path = resolve(dirname(from), base);
    if (path.endsWith('.json')) return path;
    return existsSync(path) && !existsSync(`${path}.json`) && existsSync(join(path, 'tsconfig.json'))
      ? join(path, 'tsconfig.json')
      : `${path}.json`;
  }
  const require = createRequire(from);
  for (const id of [base, `${base}.json`, `${base}/tsconfig.json`])
    try {
      const found = require.resolve(id);
      if (found.endsWith('.json')) return found;
    } catch {
      // Not there under this name.
    }
  return join(dirname(from), 'node_modules', base.endsWith('.json') ? base : join(base, 'tsconfig.json'));
}

function pathsOf(config: unknown, folder: string): Tsconfig['paths'] | null {
  const options = isObject(config) ? config['compilerOptions'] : undefined;
  const paths = isObject(options) ? options['paths'] : undefined;
  if (!isObject(options) || !isObject(paths)) return null;
  const base = typeof options['baseUrl'] === 'string' ? resolve(folder, options['baseUrl']) : folder;
  return Object.entries(paths).map(([pattern, targets]) => [
    pattern,
    [targets].flat().flatMap((target) => (typeof target === 'string' ? [resolve(base, target)] : [])),
  ]);
}

function parse(path: string): unknown {
  try {
    return parseJsonc(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
