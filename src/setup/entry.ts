import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, parse, resolve } from 'node:path';
import { defaultEntry } from './default-entry.js';
import { nearest } from './nearest.js';
import { shownPath } from './paths.js';
import { wrong, type Wrong } from './wrong.js';

const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];

/** The app's first file. */
export interface Entry {
  readonly tag: 'entry';
  /** Absolute; a file. */
  readonly file: string;
}

/**
 * The file that was named, or else the one that package.json or the usual names give. `place` is the config that named
 * it; null for the command line.
 */
export function resolveEntry(given: string | null, place: string | null, cwd: string): Entry | Wrong {
  if (given !== null) return check(resolve(cwd, given), place === null ? '' : ` (entry in ${place})`, cwd);
  const found = defaultEntry(cwd);
  return found.tag === 'wrong' ? found : check(found.file, found.from, cwd);
}

/** `from` says who named the file, where that was not the person. */
function check(file: string, from: string, cwd: string): Entry | Wrong {
  const name = `${shownPath(file, cwd)}${from}`;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return missing(file, name, cwd);
  if (stat.isDirectory()) {
    const inside = ['server', 'app', 'main', 'index'].flatMap((stem) =>
      sources(file).filter((source) => parse(source).name === stem),
    );
    return wrong(
      `${name} is a folder`,
      inside[0] === undefined ? 'name the file that starts the app' : meant(join(file, inside[0]), cwd),
    );
  }
  if (!stat.isFile()) return wrong(`${name} is not a file`, 'name the file that starts the app');
  if (!extensions.includes(extname(file)))
    return wrong(`${name} is no JavaScript or TypeScript`, `zdr runs ${extensions.join(' ')}`);
  return { tag: 'entry', file };
}

function missing(file: string, name: string, cwd: string): Wrong {
  const folder = dirname(file);
  const message = `${name} does not exist`;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    return wrong(message, `there is no folder ${shownPath(folder, cwd)}`);
  const names = sources(folder);
  const near = names.find((source) => parse(source).name === parse(file).name) ?? nearest(basename(file), names);
  return wrong(message, near === null ? `looked in ${cwd}` : meant(join(folder, near), cwd));
}

function meant(file: string, cwd: string): string {
  return `did you mean ${shownPath(file, cwd)}?`;
}

function sources(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => extensions.includes(extname(name)));
}
