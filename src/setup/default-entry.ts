import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { packageFolder } from '../package-folder.js';
import { readPackage } from './package.js';
import { shownPath } from './paths.js';
import { wrong, type Wrong } from './wrong.js';

const stems = ['server', 'app', 'main', 'index'];
const endings = ['ts', 'mts', 'tsx', 'js'];

/** A file that somebody named, perhaps wrongly. */
export interface Named {
  readonly tag: 'named';
  readonly file: string;
  /** Who named it, to be put after the path. */
  readonly from: string;
}

/** The `source` of package.json, else one of the usual names in src. */
export function defaultEntry(cwd: string): Named | Wrong {
  const folder = packageFolder(cwd) ?? cwd;
  const said = fromPackage(join(folder, 'package.json'), cwd);
  if (said !== null) return said;
  for (const stem of stems)
    for (const ending of endings) {
      const file = join(folder, 'src', `${stem}.${ending}`);
      if (existsSync(file)) return { tag: 'named', file, from: '' };
    }
  const near = ['', 'lib/'].flatMap((place) =>
    stems.flatMap((stem) => endings.map((ending) => `${place}${stem}.${ending}`)),
  );
  const found = near.find((name) => existsSync(join(folder, name)));
  if (found !== undefined)
    return wrong(
      'no entry: name the file that starts the app',
      `did you mean zdr dev ${shownPath(join(folder, found), cwd)}?`,
    );
  return wrong(
    'no entry: name the file that starts the app, as in zdr dev src/app.ts',
    `looked for entry in zdr.config and in zdr of package.json, for source there, and for src/{${stems.join(',')}}.{${endings.join(',')}}`,
  );
}

function fromPackage(path: string, cwd: string): Named | Wrong | null {
  if (!existsSync(path)) return null;
  const content = readPackage(path, cwd);
  if (content.tag === 'wrong') return content;
  // `source` belongs to other tools as well: a form that we do not know is theirs.
  const { source } = content;
  if (typeof source !== 'string' || source === '') return null;
  return { tag: 'named', file: resolve(dirname(path), source), from: ` (source in ${shownPath(path, cwd)})` };
}
