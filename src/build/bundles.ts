import { constants, copyFileSync, existsSync, linkSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { compiledOf } from '../protocol/pieces.js';
import { hashOf } from '../watch/stamp.js';
import type { Format } from './banner.js';
import type { Bundle } from './outcome.js';

/** The code of a bundle and its source map, whose sources are relative to the folder asked for. */
export interface Code {
  readonly text: string;
  readonly map: string;
  readonly format: Format;
}

export interface Bundles {
  /** As it was asked for. */
  readonly folder: string;
  /**
   * The bundle with this code: one that is on the disk already, with the map of now, or a new file. Rejects when nothing can
   * be written.
   */
  put(code: Code): Promise<Bundle>;
  /**
   * Takes over one that lies in another folder, under the name that it has there. `rewrite`: what it is to say instead.
   * Null: it is not what it was. Throws where it cannot be read or written.
   */
  take(from: string, name: string, hash: string, rewrite?: (text: string) => string): Bundle | null;
  /** Removes the folder that had to be made elsewhere, if one had. */
  close(): Promise<void>;
}

/** What is written at once, in characters: by other threads a small file takes twice as long, one of 450,000 the same. */
const SMALL = 200_000;

const removed = new WeakSet<Bundle>();

/** Deletes a bundle, its map and what it was compiled to. Nothing hands it out again. */
export async function removeBundle(bundle: Bundle): Promise<void> {
  removed.add(bundle);
  const { file } = bundle;
  await Promise.all([file, `${file}.map`, compiledOf(file)].map((path) => rm(path, { force: true })));
}

/** Whether a bundle can still be used. */
export function isThere(bundle: Bundle): boolean {
  return !removed.has(bundle) && existsSync(bundle.file);
}

/** Keeps bundles in `folder`, each content in a file of its own that is never written again. */
export function openBundles(folder: string): Bundles {
  const known = new Map<string, Bundle>();
  /** Hashes of their maps. */
  const maps = new WeakMap<Bundle, string>();
  let count = 0;
  let place = folder;

  async function write({ text, map, format }: Code): Promise<string> {
    const name = `${++count}.${format === 'esm' ? 'mjs' : 'cjs'}`;
    const file = join(place, name);
    try {
      await Promise.all([writeSoon(file, `${text}${endingOf(name)}`), writeSoon(`${file}.map`, mapHere(map))]);
      return file;
    } catch (error) {
      await Promise.all([rm(file, { force: true }), rm(`${file}.map`, { force: true })]).catch(() => {});
      throw error;
    }
  }

  function mapHere(map: string): string {
    return place === folder ? map : absoluteSources(map, folder);
  }

  /** The same code may come from other lines. Its file may have a second name, so another one takes its place. */
  async function renewMap(bundle: Bundle, map: string, hash: string): Promise<void> {
    if (maps.get(bundle) === hash) return;
    const file = `${bundle.file}.map`;
    try {
      await writeSoon(`${file}.new`, mapHere(map));
      await rename(`${file}.new`, file);
      maps.set(bundle, hash);
    } catch {
      // The code is what counts.
      await rm(`${file}.new`, { force: true });
    }
  }

  /** The folder may have been removed (a clean of node_modules), or its disk be full or read-only. */
  async function writeSomewhere(code: Code): Promise<string> {
    try {
      return await write(code);
    } catch {
      try {
        await mkdir(place, { recursive: true });
        return await write(code);
      } catch (error) {
        if (place !== folder) throw error;
        place = await mkdtemp(join(tmpdir(), 'zdr-'));
        return await write(code);
      }
    }
  }

  return {
    folder,
    async put(code) {
      const hash = hashIn(code.format, code.text);
      const mapHash = hashOf(code.map);
      const old = known.get(hash);
      if (old !== undefined && isThere(old)) {
        await renewMap(old, code.map, mapHash);
        return old;
      }
      const bundle: Bundle = { file: await writeSomewhere(code), hash };
      known.set(hash, bundle);
      maps.set(bundle, mapHash);
      for (const [key, other] of known) if (removed.has(other)) known.delete(key);
      return bundle;
    },
    take(from, name, hash, rewrite = (text) => text) {
      const ending = endingOf(name);
      const written = readFileSync(join(from, name), 'utf8');
      const text = written.slice(0, -ending.length);
      const format: Format = name.endsWith('.mjs') ? 'esm' : 'cjs';
      if (!written.endsWith(ending) || hashIn(format, text) !== hash) return null;
      // Even if it fails below: to write to a name that others have as well would be to write to their file.
      count = Math.max(count, Number.parseInt(name, 10));
      const file = join(place, name);
      const own = rewrite(text);
      if (own === text) linkFile(join(from, name), file);
      else writeFileSync(file, `${own}${ending}`, { flag: 'wx' });
      linkFile(join(from, `${name}.map`), `${file}.map`);
      const bundle: Bundle = { file, hash: own === text ? hash : hashIn(format, own) };
      known.set(bundle.hash, bundle);
      return bundle;
    },
    async close() {
      if (place !== folder) await rm(place, { recursive: true, force: true });
    },
  };
}

function hashIn(format: Format, text: string): string {
  return hashOf(`${format}\n${text}`);
}

/** The last line of a bundle. */
function endingOf(name: string): string {
  return `//# sourceMappingURL=${name}.map\n`;
}

/** Gives a file that is never written again a second name. Some file systems have no links. Throws where there is such a name. */
export function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

async function writeSoon(file: string, text: string): Promise<void> {
  if (text.length > SMALL) await writeFile(file, text);
  else writeFileSync(file, text);
}

function absoluteSources(map: string, folder: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  return JSON.stringify({ ...parsed, sources: parsed.sources.map((path) => resolve(folder, path)) });
}
