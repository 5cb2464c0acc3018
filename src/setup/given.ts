import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader, Plugin } from '../build/esbuild.js';
import type { BeforeReload, Inspect } from '../options.js';
import type { LiveEvent } from './config.js';

/** What one place (the command line, a config) says. What it does not say is not there. Times in ms. */
export interface Given {
  readonly entry?: string;
  readonly args?: readonly string[];
  readonly workers?: number | 'max';
  readonly drain?: number;
  readonly boot?: number;
  readonly envFiles?: readonly GivenFile[];
  readonly import?: readonly string[];
  readonly require?: readonly string[];
  readonly conditions?: readonly string[];
  readonly tsconfig?: string;
  readonly watch?: readonly string[];
  readonly ignore?: readonly string[];
  /** Null: events. */
  readonly poll?: number | null;
  readonly readyUrl?: string;
  readonly liveReload?: boolean;
  readonly ahead?: boolean;
  readonly inspect?: Inspect;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly plugins?: readonly Plugin[];
  readonly loader?: Readonly<Record<string, Loader>>;
  readonly define?: Readonly<Record<string, string>>;
  readonly onLive?: (event: LiveEvent) => unknown;
  readonly beforeReload?: BeforeReload;
}

export interface GivenFile {
  readonly path: string;
  readonly required: boolean;
}

/** A place, and what it says. */
export interface Layer {
  readonly given: Given;
  /** What its paths are relative to. */
  readonly base: string;
  /** How errors call it, e.g. `zdr.config.ts`; null for the command line. */
  readonly place: string | null;
}

/** All that was said. `from` tells who named a path, for errors. */
export interface Merged {
  readonly given: Given;
  from(key: keyof Given): string | null;
}

/** Puts the layers over each other, the first one on top: key by key, lists as a whole. Paths are absolute then. */
export function merge(layers: readonly Layer[], cwd: string): Merged {
  let given: Given = {};
  const places: Partial<Record<keyof Given, string | null>> = {};
  for (const layer of layers.toReversed()) {
    given = { ...given, ...absolute(layer, cwd) };
    for (const key of Object.keys(layer.given) as (keyof Given)[]) places[key] = layer.place;
  }
  return { given, from: (key) => places[key] ?? null };
}

function absolute({ given, base }: Layer, cwd: string): Given {
  const path = (name: string): string => resolve(base, name);
  const glob = (pattern: string): string => (base === cwd ? pattern : globIn(base, pattern));
  const local = (name: string): boolean => /^\.\.?\//.test(name);
  return {
    ...given,
    ...(given.entry === undefined ? {} : { entry: path(given.entry) }),
    ...(given.tsconfig === undefined ? {} : { tsconfig: path(given.tsconfig) }),
    ...(given.envFiles === undefined
      ? {}
      : { envFiles: given.envFiles.map((file) => ({ ...file, path: path(file.path) })) }),
    ...(given.watch === undefined ? {} : { watch: given.watch.map(glob) }),
    ...(given.ignore === undefined ? {} : { ignore: given.ignore.map(glob) }),
    ...(given.import === undefined
      ? {}
      : { import: given.import.map((name) => (local(name) ? pathToFileURL(path(name)).href : name)) }),
    ...(given.require === undefined ? {} : { require: given.require.map((name) => (local(name) ? path(name) : name)) }),
  };
}

/** A bare pattern means files of that name at any depth. */
function globIn(base: string, pattern: string): string {
  return /[*?[{]/.test(pattern) && !pattern.includes('/') ? join(base, '**', pattern) : resolve(base, pattern);
}
