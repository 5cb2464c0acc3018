import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Inputs, Stamp } from '../watch/inputs.js';
import { stampOf } from '../watch/stamp.js';
import { check } from './check.js';
import type { Command } from './config.js';
import type { Layer } from './given.js';
import { loadConfig } from './load.js';
import { packageFolder } from '../package-folder.js';
import { readPackage } from './package.js';
import { shownPath } from './paths.js';
import { wrong, type Wrong } from './wrong.js';

/** What the project says of how it is to run, as it lies on the disk. */
export type Reading = {
  /** Other contents of these files are another reading. Those that are not there may come. */
  readonly inputs: Inputs;
  /** The same key is the same configuration. */
  readonly key: string;
} & ({ readonly tag: 'read'; readonly layers: readonly Layer[] } | { readonly tag: 'refused'; readonly wrong: Wrong });

export interface Search {
  readonly command: Command;
  readonly cwd: string;
  /** A config file in place of the usual names; false: no configuration is read. */
  readonly config: string | false | null;
}

const names = ['zdr.config.ts', 'zdr.config.mts', 'zdr.config.js', 'zdr.config.mjs'];

/** Reads the config file and package.json of the folder, or of the next one above with a package.json. */
export async function readConfig({ command, cwd, config }: Search): Promise<Reading> {
  if (config === false) return { tag: 'read', layers: [], inputs: inputsOf([]), key: '' };
  const folder = packageFolder(cwd) ?? cwd;
  const manifest = join(folder, 'package.json');
  const candidates = config === null ? names.map((name) => join(folder, name)) : [resolve(cwd, config)];
  const seen = await Promise.all([manifest, ...candidates].map(async (path) => [path, await stampOf(path)] as const));
  const found = candidates.filter((path) => existsSync(path));
  const file = found[0] ?? (config === null ? null : (candidates[0] ?? null));
  const content = readPackage(manifest, cwd);
  let key = JSON.stringify([content, found]);
  let inputs = inputsOf(seen);
  const refuse = (reason: Wrong): Reading => ({
    tag: 'refused',
    wrong: reason,
    inputs,
    key: `${key}\n${reason.message}`,
  });
  if (content.tag === 'wrong') return refuse(content);
  if (found.length > 1)
    return refuse(
      wrong(`${found.map((path) => shownPath(path, cwd)).join(' and ')}: which one?`, 'keep one', 'config'),
    );
  const layers: Layer[] = [];
  if (file !== null) {
    const loaded = await loadConfig(file, packageFolder(dirname(file)) ?? dirname(file), cwd, { command });
    // What steers the start of an app does not steer a config.
    const read = [...loaded.inputs.files].filter(([path]) => !loaded.inputs.aside.has(path));
    inputs = { ...inputsOf([...seen, ...read]), folders: loaded.inputs.folders };
    if (loaded.tag === 'refused') {
      key += JSON.stringify(read);
      return refuse(loaded.wrong);
    }
    key += loaded.hash;
    const layer = layerOf(loaded.value, file, cwd);
    if ('tag' in layer) return refuse(layer);
    layers.push(layer);
  }
  if (content.zdr !== undefined) {
    const place = `zdr of ${shownPath(manifest, cwd)}`;
    const checked = check(content.zdr, place);
    if (checked.tag === 'wrong') return refuse(checked);
    layers.push({ given: checked.given, base: folder, place });
  }
  return { tag: 'read', layers, inputs, key };
}

function layerOf(config: unknown, file: string, cwd: string): Layer | Wrong {
  const place = shownPath(file, cwd);
  if (config === undefined)
    return wrong(
      `${place} exports nothing`,
      "write export default defineConfig({ … }), with defineConfig from 'zdr'",
      'config',
    );
  const checked = check(config, place);
  return checked.tag === 'wrong' ? checked : { given: checked.given, base: dirname(file), place };
}

function inputsOf(files: Iterable<readonly [string, Stamp]>): Inputs {
  return { files: new Map(files), folders: new Set(), aside: new Set() };
}
