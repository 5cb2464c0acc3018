import type { Dot, Kind } from '../results.js';

/** Requests that were sent in the same slice of time, beside one another, and got the same. */
export interface Stack {
  /** The slice, counted from the first. */
  readonly column: number;
  /** Requests of the slice below this one. */
  readonly row: number;
  readonly count: number;
  readonly look: Look;
}

/** What a client got, or that it had to wait for it. */
export type Look = Kind | 'waited';

/** A client notices a wait of this length, ms. */
export const LONG = 100;

/** The requests from `from` to `to` ms around a save, in slices of `slice` ms. */
export function stacks(dots: readonly Dot[], from: number, to: number, slice: number): readonly Stack[] {
  const columns = new Map<number, Look[]>();
  for (const dot of dots) {
    if (dot.at < from || dot.at >= to) continue;
    const column = Math.floor((dot.at - from) / slice);
    columns.set(column, [...(columns.get(column) ?? []), lookOf(dot)]);
  }
  return [...columns].flatMap(([column, looks]) => runs(column, looks));
}

function lookOf({ kind, took }: Dot): Look {
  return kind !== 'failed' && took > LONG ? 'waited' : kind;
}

function runs(column: number, looks: readonly Look[]): Stack[] {
  const found: Stack[] = [];
  for (const [row, look] of looks.entries()) {
    const last = found.at(-1);
    if (last?.look === look) found.splice(-1, 1, { ...last, count: last.count + 1 });
    else found.push({ column, row, count: 1, look });
  }
  return found;
}
