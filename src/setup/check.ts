import { inspect } from 'node:util';
import type { Given } from './given.js';
import { esbuildKeys, isRecord, keys, type Check, type Found } from './keys.js';
import { nearest } from './nearest.js';
import { wrong, type Wrong } from './wrong.js';

/** What a config says, once it is known to be right. */
export interface Checked {
  readonly tag: 'checked';
  readonly given: Given;
}

/** Looks at each key of a config. `place` is how errors call it, e.g. `zdr.config.ts`; `without` has no meaning there. */
export function check(config: unknown, place: string, without: readonly string[] = []): Checked | Wrong {
  if (!isRecord(config))
    return wrong(`${place} gives ${shown(config)}, no object`, "write it as { entry: 'src/app.ts' }", 'config');
  const { esbuild, ...own } = config;
  const known = Object.fromEntries(Object.entries(keys).filter(([key]) => !without.includes(key)));
  const found = walk(own, known, '', place);
  if (found.tag === 'wrong' || esbuild === undefined) return found;
  if (!isRecord(esbuild))
    return wrong(
      `esbuild in ${place} is ${shown(esbuild)}, no object`,
      'its keys are plugins, loader and define',
      'config',
    );
  const inner = walk(esbuild, esbuildKeys, 'esbuild.', place);
  return inner.tag === 'wrong' ? inner : { tag: 'checked', given: { ...found.given, ...inner.given } };
}

function walk(
  config: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, Check>>,
  prefix: string,
  place: string,
): Checked | Wrong {
  let given: Found = {};
  for (const [key, value] of Object.entries(config)) {
    const one = Object.hasOwn(known, key) ? known[key] : undefined;
    if (one === undefined) return unknownKey(key, Object.keys(known), prefix, place);
    if (value === undefined) continue;
    const found = one(value);
    if ('is' in found)
      return wrong(
        `${prefix}${key} in ${place} is ${shown(value)}, ${found.is}`,
        found.write === '' ? '' : `write ${found.write}`,
        'config',
      );
    const envFiles = [...(given.envFiles ?? []), ...(found.envFiles ?? [])];
    given = { ...given, ...found, ...(envFiles.length > 0 ? { envFiles } : {}) };
  }
  // Those that may be missing are the local ones: they win.
  const envFiles = given.envFiles?.toSorted((a, b) => Number(b.required) - Number(a.required));
  return { tag: 'checked', given: { ...given, ...(envFiles === undefined ? {} : { envFiles }) } };
}

function unknownKey(key: string, known: readonly string[], prefix: string, place: string): Wrong {
  const all = prefix === '' ? [...known, 'esbuild'] : known;
  const meant = nearest(key, all) ?? Object.keys(esbuildKeys).find((inner) => inner === key);
  const name = meant !== undefined && meant !== null && !all.includes(meant) ? `esbuild.${meant}` : `${prefix}${meant}`;
  return wrong(
    `unknown key ${prefix}${key} in ${place}`,
    meant === undefined || meant === null ? `the keys: ${all.join(', ')}` : `did you mean ${name}?`,
    'config',
  );
}

function shown(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 40, maxArrayLength: 4 });
}
