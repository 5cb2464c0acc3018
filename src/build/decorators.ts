import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { type Lower, lowerWithOxc, lowerWithSwc } from './lower.js';
import { openNearest } from './nearest.js';
import { readTsconfig } from './tsconfig.js';

/** A source with its legacy decorators written out, for `emitDecoratorMetadata`, which esbuild does not know. */
export interface Lowered {
  /** With its source map inline. */
  readonly text: string;
  /** The map alone, JSON. */
  readonly map: string;
}

export interface Decorators {
  /** Null: the file has none, or its tsconfig does not ask for metadata, or nothing here can write it. */
  lower(path: string, text: string): Promise<Lowered | null>;
  /** What to say once about a file that needed what is not installed; null when there is nothing, or it was said. */
  missing(): string | null;
  clear(): void;
}

const HAS_DECORATORS = /(?:^|[(,{;]|\*\/)[^\S\n]*(?:export\s+(?:default\s+)?)?@[A-Za-z_$(]/m;

/** `tsconfig`: in place of the nearest one. `places`: files from which packages are looked for. */
export function openDecorators(tsconfig: string | undefined, places: readonly string[]): Decorators {
  let nearest = openNearest(['tsconfig.json']);
  const asks = new Map<string, { readonly metadata: boolean; readonly defines: boolean }>();
  let lower: Promise<Lower | null> | null = null;
  let missed: string | null = null;
  let said = false;

  function asked(path: string) {
    const config = tsconfig ?? nearest(dirname(path));
    if (config === null) return { metadata: false, defines: true };
    let found = asks.get(config);
    if (found === undefined) {
      const { options } = readTsconfig(config);
      const target = String(options['target'] ?? 'esnext').toLowerCase();
      const modern = target === 'esnext' || Number(/^es(\d{4})$/.exec(target)?.[1]) >= 2022;
      found = {
        metadata: options['emitDecoratorMetadata'] === true,
        defines: typeof options['useDefineForClassFields'] === 'boolean' ? options['useDefineForClassFields'] : modern,
      };
      asks.set(config, found);
    }
    return found;
  }

  return {
    async lower(path, text) {
      if (!text.includes('@') || !/\.[mc]?tsx?$/.test(path) || !HAS_DECORATORS.test(text)) return null;
      const { metadata, defines } = asked(path);
      if (!metadata) return null;
      const work = await (lower ??= find(places));
      if (work !== null) return work(path, text, defines);
      // It may be installed later.
      lower = null;
      missed ??= path;
      return null;
    },
    missing() {
      if (missed === null || said) return null;
      said = true;
      return `${missed} has decorators, and its tsconfig asks for emitDecoratorMetadata: npm install --save-dev oxc-transform`;
    },
    clear() {
      nearest = openNearest(['tsconfig.json']);
      asks.clear();
      missed = null;
    },
  };
}

/** The first that is installed. */
async function find(places: readonly string[]): Promise<Lower | null> {
  for (const from of places)
    for (const [name, make] of [
      ['oxc-transform', lowerWithOxc],
      ['@swc/core', lowerWithSwc],
    ] as const)
      try {
        const file = createRequire(from).resolve(name);
        return make((await import(pathToFileURL(file).href)) as never);
      } catch {
        // Not there, or not for this system.
      }
  return null;
}
