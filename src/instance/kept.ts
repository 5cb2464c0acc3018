import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Legacy } from '../build/builder.js';
import { type Bundles, linkFile } from '../build/bundles.js';
import type { Bundle } from '../build/outcome.js';
import type { BuilderOptions } from '../build/settings.js';
import { CODE } from '../code.js';
import { isPrivate } from '../primary/folder.js';
import { CACHE, keptIn } from '../primary/kept-folders.js';
import type { Inputs } from '../watch/inputs.js';
import { hashOf } from '../watch/stamp.js';
import { keptOf, type KeptInputs, sameInputs } from './kept-inputs.js';

/** A good build as it stands: what it came to, and all that says whether another one would come to the same. */
export interface Standing {
  readonly bundle: Bundle;
  readonly inputs: Inputs;
  readonly legacy: Legacy;
}

/** What a run leaves for the next one, which begins with it where nothing has changed. It is kept beside the run's folder. */
export interface Kept {
  /** What the last run of this kind has left, where a build would come to the same now; null: build. Never rejects. */
  find(): Promise<Standing | null>;
  /** In the place of what was kept before. Where it cannot be kept nothing is. Never rejects. */
  keep(standing: Standing): Promise<void>;
}

interface Names {
  readonly name: string;
  readonly hash: string;
  /** Bytes of its map. */
  readonly map: number;
}

/** What is written beside the files. */
interface Record {
  readonly bundle: Names;
  /** Of a bundle in pieces. */
  readonly base: (Names & { readonly file: string }) | null;
  readonly prints: readonly (readonly [string, string])[];
  readonly legacy: Omit<Legacy, 'parts'>;
  readonly inputs: KeptInputs;
}

/** Written last: a folder without it is one that is being written. */
const RECORD = 'kept.json';

/** So many are kept for a project: of other entries, other options, other folders with the same packages. */
const MOST = 8;

const NAME = /^\d+\.[mc]js$/;

/** Null where there is no place to keep something, or nobody can say what a build would come to. */
export function openKept(options: BuilderOptions, bundles: Bundles): Kept | null {
  const cache = dirname(bundles.folder);
  if (!cache.endsWith(CACHE) || (options.extra?.plugins.length ?? 0) > 0) return null;
  const start = `kept-${keyOf(options)}-`;

  function take(from: string, { bundle, base, ...record }: Record): Pick<Standing, 'bundle' | 'legacy'> | null {
    if (base === null) {
      const taken = bundles.take(from, bundle.name, bundle.hash);
      return taken === null ? null : { bundle: taken, legacy: { ...record.legacy, parts: null } };
    }
    const own = bundles.take(from, base.name, base.hash);
    if (own === null) return null;
    const [before, now] = [JSON.stringify(base.file), JSON.stringify(own.file)];
    const taken = bundles.take(from, bundle.name, bundle.hash, (text) => text.replace(before, () => now));
    // It would run with the base of a run that is over.
    if (taken === null || taken.hash === bundle.hash) return null;
    return { bundle: taken, legacy: { ...record.legacy, parts: { base: own, prints: new Map(record.prints) } } };
  }

  async function findIn(from: string): Promise<Standing | null> {
    if (!isPrivate(from)) return null;
    const record = JSON.parse(readFileSync(join(from, RECORD), 'utf8')) as Record;
    const kept = [record.bundle, ...(record.base === null ? [] : [record.base])];
    if (!kept.every(({ name, map }) => NAME.test(name) && statSync(join(from, `${name}.map`)).size === map))
      return null;
    const inputs = await sameInputs(record.inputs);
    const taken = inputs === null ? null : take(from, record);
    return inputs === null || taken === null ? null : { ...taken, inputs };
  }

  return {
    async find() {
      for (const from of keptIn(cache, start))
        try {
          const found = await findIn(from);
          if (found !== null) return found;
        } catch {
          // Damaged, or another run has just replaced it.
        }
      return null;
    },
    async keep({ bundle, inputs, legacy: { parts, ...legacy } }) {
      if (dirname(bundle.file) !== bundles.folder || inputs.folders.size > 0) return;
      let to: string | null = null;
      try {
        const looks = await keptOf(inputs, legacy.packages);
        to = mkdtempSync(join(cache, start));
        const base = parts === null ? null : { ...put(parts.base, to), file: parts.base.file };
        const record: Record = {
          bundle: put(bundle, to),
          base,
          prints: [...(parts?.prints ?? [])],
          legacy,
          inputs: looks,
        };
        writeFileSync(join(to, RECORD), JSON.stringify(record));
      } catch {
        if (to !== null) remove(to);
        return;
      }
      for (const other of keptIn(cache, start)) if (other !== to && isWhole(other)) remove(other);
      for (const old of keptIn(cache, 'kept-').slice(MOST)) remove(old);
    },
  };
}

/** Another run may be about to write the rest. */
function isWhole(folder: string): boolean {
  return existsSync(join(folder, RECORD));
}

/** Unless the system refuses. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It stays.
  }
}

/** All that decides what sources come to, beside themselves. */
function keyOf({
  bundles: _bundles,
  terminalWidth: _width,
  extra,
  onBase: _onBase,
  ...options
}: BuilderOptions): string {
  const { version } = createRequire(import.meta.url)('esbuild/package.json') as { readonly version: string };
  const own = statSync(new URL(import.meta.url));
  const kind = [
    readFileSync(new URL('../package.json', CODE), 'utf8'),
    own.size,
    own.mtimeMs,
    process.version,
    version,
  ];
  return hashOf(JSON.stringify([kind, process.env['NODE_PATH'], options, extra])).slice(0, 16);
}

function put({ file, hash }: Bundle, to: string): Names {
  const name = basename(file);
  for (const each of [name, `${name}.map`]) linkFile(join(dirname(file), each), join(to, each));
  return { name, hash, map: statSync(`${file}.map`).size };
}
