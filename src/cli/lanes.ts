import type { GenerationState, GenerationStatus } from '../status.js';

/** A generation over time, as far as it was looked at. */
export interface Lane {
  readonly id: number;
  /** Null: it is gone. */
  readonly now: GenerationStatus | null;
  /** By bucket: time in units of {@link BUCKET}. */
  readonly marks: ReadonlyMap<number, Mark>;
  /** Requests that each process had begun when it was last looked at. */
  readonly begun: ReadonlyMap<number, number>;
}

export interface Mark {
  readonly state: GenerationState;
  /** How many began in this time. */
  readonly requests: number;
  /** How much was under way at its end. */
  readonly open: number;
}

/** The time of a mark, in ms. */
export const BUCKET = 500;

/** How far back lanes go, in marks: a minute. */
export const MARKS = 120;

/** The lanes with what is seen at `bucket`, the newest generation first. Lanes without a mark in the last minute go. */
export function look(
  lanes: readonly Lane[],
  generations: readonly GenerationStatus[],
  bucket: number,
): readonly Lane[] {
  const known = new Map(lanes.map((lane) => [lane.id, { ...lane, now: null as GenerationStatus | null }]));
  for (const generation of generations) known.set(generation.id, grow(known.get(generation.id), generation, bucket));
  return [...known.values()]
    .map((lane) => ({ ...lane, marks: recent(lane.marks, bucket) }))
    .filter(({ now, marks }) => now !== null || marks.size > 0)
    .toSorted((one, other) => other.id - one.id);
}

function grow(lane: Lane | undefined, generation: GenerationStatus, bucket: number): Lane {
  const before = lane?.begun ?? new Map<number, number>();
  const begun = new Map(before);
  let requests = 0;
  let open = 0;
  for (const { pid, usage } of generation.workers) {
    if (pid === null || usage === null) continue;
    // What began before anybody looked is not of this moment, unless the generation itself is.
    const first = lane === undefined ? usage.requests : 0;
    requests += Math.max(0, usage.requests - (before.get(pid) ?? first));
    open += usage.underWay;
    begun.set(pid, usage.requests);
  }
  const marks = new Map(lane?.marks);
  // Between two looks may be a little more than the time of a mark.
  const last = Math.max(bucket - 4, ...marks.keys());
  for (let at = last + 1; marks.size > 0 && at < bucket; at += 1)
    marks.set(at, { state: generation.state, requests: 0, open });
  const already = marks.get(bucket)?.requests ?? 0;
  marks.set(bucket, { state: generation.state, requests: already + requests, open });
  return { id: generation.id, now: generation, marks, begun };
}

function recent(marks: Lane['marks'], bucket: number): Lane['marks'] {
  return new Map([...marks].filter(([at]) => at > bucket - MARKS));
}
