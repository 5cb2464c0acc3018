import { send } from './channel.js';

/** How long the modules of the app took to evaluate, by the marks that a build for `--timing` leaves in each of them. */
interface Span {
  readonly file: string;
  readonly at: number;
}

/** What the bundle looks for among the globals. */
const CLOCK = Symbol.for('zdr.clock');

const spans: Span[] = [];

/** So many are told. */
const SLOWEST = 3;

/** Modules that took less are not worth a word, in ms. */
const LEAST = 1;

let began: number | null = null;

export function startClock(): void {
  began = performance.now();
  Reflect.set(globalThis, CLOCK, (file: string) => void spans.push({ file, at: performance.now() }));
}

/** Tells how far the evaluation has come, if anybody asked for it. */
export function tellClock(): void {
  if (began === null) return;
  const { timeOrigin } = performance;
  const ended = performance.now();
  send({ tag: 'clocked', began: timeOrigin + began, ended: timeOrigin + ended, slowest: slowest(ended) });
}

/**
 * The modules that took longest by themselves, in ms. A module's time ends where the next one begins, so what a
 * CommonJS module does behind a `require` counts for what it required.
 */
function slowest(end: number): readonly (readonly [file: string, ms: number])[] {
  const times = new Map<string, number>();
  for (const [i, { file, at }] of spans.entries())
    times.set(file, (times.get(file) ?? 0) + (spans[i + 1]?.at ?? end) - at);
  return [...times]
    .filter(([, ms]) => ms >= LEAST)
    .sort(([, one], [, other]) => other - one)
    .slice(0, SLOWEST);
}
