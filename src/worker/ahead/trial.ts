import { getPriority, setPriority } from 'node:os';
import type { Plan, Unit } from '../../protocol/ahead.js';
import { send } from '../channel.js';
import { become } from './environment.js';
import { cachedFiles } from './held.js';
import { cache, Loader, packageOf, requireAs } from './loader.js';
import { changedIn, type Photograph, photograph, reachable } from './photograph.js';
import { surroundings } from './surroundings.js';
import { guardUndici, loadUndici } from './undici.js';
import { openWitness, type Witness } from './witness.js';

const reallyExit = (process as unknown as { reallyExit(code: number): never }).reallyExit.bind(process);

/** How far behind others it stands for the processor: at 5 it gets a quarter of a core that somebody else keeps busy. */
const NICE = 5;

let current = '';

/**
 * Finds out which packages can be evaluated ahead: evaluates them one after the other in a process that is good for
 * nothing else, and that ends before a package does something that others could see.
 */
export async function tryOut({ entry, args, script, undici, units }: Plan): Promise<void> {
  // Behind whoever waits for an answer, but not so far behind that it never ends on a machine that is always busy.
  setPriority(Math.min(getPriority() + NICE, 19));
  // As the standbys have it, or have it not: a package may find it among the globals.
  if (undici) await loadUndici();
  guardUndici((name) => refuse(`asks for ${name}`));
  process.argv = [process.argv[0] ?? process.execPath, entry, ...args];
  process.setSourceMapsEnabled(true);
  if (script)
    process.mainModule = new Proxy(new Loader(''), {
      get: () => refuse('reads require.main'),
    }) as unknown as NodeJS.Module;
  const witness = openWitness(refuse);
  next(units, witness, surroundings('all').photos);
}

function refuse(reason: string): never {
  send({ tag: 'refused', file: current, reason });
  return reallyExit(0);
}

function next([unit, ...rest]: readonly Unit[], witness: Witness, around: Photograph): void {
  if (unit === undefined) return send({ tag: 'tried-all' });
  const before = new Set(cachedFiles());
  if (before.has(unit.file)) return next(rest, witness, around);
  current = unit.file;
  const listening = listeners();
  become(unit.change);
  // Asked for before the package is watched: what it leaves for later in this turn is over by then.
  setImmediate(() => {
    const own = new Set(cachedFiles().filter((file) => !before.has(file)));
    const seen = witness.end();
    const what = changedIn(around, (object) => object !== process);
    if (what !== null) refuse(`changes ${String(what)}`);
    if (listeners() !== listening) refuse('listens on the process');
    const { file, parent, change } = unit;
    // It may do as it likes with its own.
    const calls = new Set([...seen.calls, ...exportsChanged()].filter((folder) => folder !== packageOf(file)));
    if (own.size > 0) send({ tag: 'tried', unit: { file, parent, change, ...seen, calls: [...calls] } });
    for (const other of own) watchExports(other);
    next(rest, witness, around);
  });
  witness.begin(unit.change);
  try {
    requireAs(unit.file, unit.parent);
    witness.rest();
  } catch (error) {
    witness.rest();
    refuse(`throws ${String(error)}`);
  }
}

const known = new Set<object>();
const exported: { readonly folder: string; photo: Photograph }[] = [];

function watchExports(file: string): void {
  exported.push({ folder: packageOf(file), photo: photograph(reachable([cache[file]?.exports], known)) });
}

/** Packages whose exports are not what they were the last time. */
function exportsChanged(): string[] {
  const changed = exported.filter(({ photo }) => changedIn(photo) !== null);
  for (const entry of changed) entry.photo = photograph(entry.photo.map(({ object }) => object));
  return changed.map(({ folder }) => folder);
}

function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}
