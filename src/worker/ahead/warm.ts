import type { Plan, Stale, Unit } from '../../protocol/ahead.js';
import { send } from '../channel.js';
import { eagerly } from '../eager.js';
import { sayLast } from '../last.js';
import { isPreloaded } from '../rehearse.js';
import { become, changeNow, isAsExpected } from './environment.js';
import { cachedFiles, type Held, heldOf } from './held.js';
import { type Loaded, Loader, requireAs } from './loader.js';
import { changedIn, type Print, reachable } from './photograph.js';
import { openSeals } from './seal.js';
import { openStamps, type Stamps } from './stamps.js';
import { loadUndici } from './undici.js';
import { isUntouched } from './untouched.js';
import { surroundings, type Surroundings, widened } from './surroundings.js';
import { collectYoung } from './young.js';

/** A check of the files counts for so long, in ms: it is asked for at a save and repeated only if the build is slow. */
const FRESH = 1_000;

/** The first run of the check takes 7 ms, later ones 1: V8 compiles it meanwhile, and has the properties at hand. */
const REHEARSALS = 8;

interface Warmth {
  readonly plan: Plan;
  readonly folder: string;
  readonly stamps: Stamps;
  surroundings: Surroundings;
  checked: number;
}

let warmth: Warmth | null = null;
let main: Loaded | null = null;
let serving = false;
/** What is still to be done. */
let plan: Plan | null = null;
/** The number that it came with. */
let current = 0;
const tried = new Set<string>();
const helds: Held[] = [];
/** How many modules the app found when it came; null before. */
let found: number | null = null;

/** The globals, as if all had come since. */
const MORE: Print = { object: globalThis, keys: [], values: [], accessors: [], fixed: [], count: 0, size: null };

const seals = openSeals({
  arrived(held, exposed) {
    const why = differs(held, exposed, isAsLeft() ? [] : undefined);
    if (why === null) return true;
    if (!serving) leave(why);
    return held.final;
  },
  early({ unit: { file } }) {
    if (!serving) leave({ tag: 'shared', file });
  },
});

/** Evaluates the packages of a plan, one a turn, until the app comes. A later plan goes on where this one ended. */
export async function warm(number: number, wanted: Plan): Promise<void> {
  const going = plan !== null;
  plan = wanted;
  current = number;
  if (plan.undici) await loadUndici();
  // The app has come meanwhile.
  if (plan === null) return;
  if (plan.units.length === 0) return warmed();
  enter(plan);
  if (!going) next(REHEARSALS);
}

/** One turn. The app comes between two of them. */
function next(rehearsals: number): void {
  if (plan === null || warmth === null) return;
  const unit = plan.units.find(({ file }) => !tried.has(file));
  if (unit !== undefined) evaluate(unit);
  else if (rehearsals > 0) rehearse(warmth, rehearsals);
  else {
    collectYoung();
    return warmed();
  }
  setImmediate(next, unit === undefined ? rehearsals - 1 : rehearsals);
}

function warmed(): void {
  if (plan !== null) send({ tag: 'warmed', number: current });
  plan = null;
}

/** All ways that the check goes: what V8 has not seen yet when it compiles, it has to go back for. */
function rehearse({ surroundings }: Warmth, round: number): void {
  const held = helds[round % helds.length];
  if (held !== undefined) differs(held, [], [...surroundings.photos, MORE]);
}

/** As the app will find it. */
function enter(wanted: Plan): void {
  if (warmth !== null) return;
  process.argv = [process.argv[0] ?? process.execPath, wanted.entry, ...wanted.args];
  process.setSourceMapsEnabled(true);
  if (wanted.script) process.mainModule = main = new Loader('') as Loaded & NodeJS.Module;
  warmth = {
    plan: wanted,
    folder: process.cwd(),
    stamps: openStamps(),
    surroundings: surroundings('loaded'),
    checked: 0,
  };
}

function evaluate(unit: Unit): void {
  if (warmth === null) return;
  tried.add(unit.file);
  const before = new Set(cachedFiles());
  seals.open = true;
  try {
    become(unit.change);
    if (!eagerly(() => requireAs(unit.file, unit.parent))) return;
    const held = heldOf(unit, before);
    if (held.modules.length === 0) return;
    warmth.stamps.add([...held.modules.map(({ file }) => file), ...unit.files]);
    const what = changedIn(warmth.surroundings.photos, counts);
    if (what !== null) return leave({ tag: 'patched', file: unit.file, what: String(what) });
    warmth.surroundings = widened(warmth.surroundings);
    helds.push(held);
    seals.add(held);
  } catch (error) {
    leave({ tag: 'patched', file: unit.file, what: String(error) });
  } finally {
    seals.open = false;
    become({});
  }
}

/** Whether a new property matters. `process` gets some by itself. */
function counts(object: object): boolean {
  return object !== process;
}

/** The app comes now. What was not evaluated ahead yet is not. Gives what packages have as `require.main`. */
export function halt(script: boolean): Loaded | null {
  plan = null;
  if (warmth === null) return null;
  if (warmth.plan.script !== script) leave({ tag: 'script' });
  found = cachedFiles().length;
  if (performance.now() - warmth.checked > FRESH) check();
  return main;
}

/** All that could have changed the surroundings since they were looked at last would have run, or come into the cache. */
function isAsLeft(): boolean {
  return isUntouched() && cachedFiles().length === found && !isPreloaded();
}

/** Looks whether the files are still what was evaluated. */
export function check(): void {
  if (warmth === null || serving) return;
  if (!warmth.stamps.intact()) leave({ tag: 'files' });
  warmth.checked = performance.now();
}

/** Looks into `require.cache` without being taken for the app. */
export function unseen<T>(look: () => T): T {
  seals.open = true;
  try {
    return look();
  } finally {
    seals.open = false;
  }
}

/** What differs from here on is evaluated anew: it cannot be a new start. */
export function settle(): void {
  serving = true;
}

function differs(
  { unit, prints }: Held,
  exposed: readonly unknown[],
  photos = warmth?.surroundings.photos ?? [],
): Stale | null {
  const { file } = unit;
  if (warmth === null) return null;
  const { plan: planned, folder } = warmth;
  if (!isAsExpected(unit)) return { tag: 'env', file, change: changeNow() };
  const what = changedIn(
    photos,
    // What `Error` gets is ours, see late/traces.ts.
    (object, key) =>
      object !== process && object !== Error && (object !== globalThis || unit.globals.includes(String(key))),
  );
  if (what !== null) return { tag: 'patched', file, what: String(what) };
  const argv = [planned.entry, ...planned.args];
  if (
    process.cwd() !== folder ||
    process.argv.length !== argv.length + 1 ||
    !argv.every((word, i) => process.argv[i + 1] === word)
  )
    return { tag: 'patched', file, what: 'argv or cwd' };
  const shared = reachable(exposed).flatMap((object) => prints.get(object) ?? []);
  return changedIn(shared) === null ? null : { tag: 'shared', file };
}

/** This process is not what a cold start would have come to: another one takes its place. Nothing of the app runs any more. */
function leave(why: Stale): never {
  sayLast({ tag: 'stale', why });
  // The primary kills it. Its exit handlers must not run, nor anything else.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('unreachable');
}
