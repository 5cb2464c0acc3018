import type { Outcome, Sent } from './wire.js';

/** From `at` on, everything that a client sends has to be answered by `version` or newer. */
export interface Live {
  readonly version: number;
  readonly at: number;
}

interface Entry {
  readonly sent: Sent;
  readonly endedAt: number;
  readonly version: number;
}

/** What the clients of one profile saw. */
export interface Journal {
  readonly name: string;
  /** Notes an outcome. `complaint` looks at a 200 and says what is wrong with it. */
  note(outcome: Outcome, complaint?: (outcome: Extract<Outcome, { tag: 'answered' }>) => string | null): void;
  /** Something that is none of HTTP: a message of a WebSocket. */
  answered(entry: Entry): void;
  fail(why: string): void;
  /** A kept connection that the server had ended between two requests: without a word, `idle` ms after the last one. */
  reconnected(idle: number | null): void;
  /** Requests so far. */
  count(): number;
  verdict(lives: readonly Live[]): Verdict;
}

export interface Verdict {
  readonly name: string;
  readonly requests: number;
  readonly failed: readonly string[];
  readonly stale: readonly string[];
  /** Sent when the server's keep-alive time-out was due: HTTP has no way to tell, with or without a reload. */
  readonly races: number;
  /** Pipelined behind a request of the old code, and answered by it. */
  readonly pipelined: number;
  readonly reconnects: number;
  /** Times from request to complete answer, sorted. */
  readonly times: readonly number[];
}

/**
 * The strict rule at the keep-alive time-out. HTTP/1.1 cannot tell a client that its connection is about to end, so
 * plain node loses a request that crosses the end as well. That alone is no failure here: a request without one byte
 * of an answer, sent when the connection had been idle for the whole time-out but for this many ms (timers, and the way
 * of the bytes). And of these there may be no more than in the same run without a reload.
 */
const NEAR = 60;

/** Nor may the server end an idle connection before this part of the time-out; the rest is what a busy client is late. */
const EARLY = 0.75;

/** `timeout`: the server's keep-alive time-out, in ms. */
export function openJournal(name: string, timeout: number): Journal {
  const entries: Entry[] = [];
  const failed: string[] = [];
  let races = 0;
  let reconnects = 0;
  return {
    name,
    note(outcome, complaint) {
      if (outcome.tag === 'failed') {
        const { sent, why } = outcome;
        if (sent.idle >= timeout - NEAR && !why.includes('middle')) races += 1;
        else failed.push(`${why} (connection ${sent.connection}, ${Math.round(sent.idle)} ms idle before)`);
        return;
      }
      const { status, headers } = outcome.reply;
      const why = status === 200 ? (complaint?.(outcome) ?? null) : `status ${status}`;
      if (why !== null) return void failed.push(why);
      entries.push({ sent: outcome.sent, endedAt: outcome.endedAt, version: Number(headers.get('x-version')) });
    },
    answered: (entry) => void entries.push(entry),
    fail: (why) => void failed.push(why),
    reconnected(idle) {
      reconnects += 1;
      if (idle !== null && idle < timeout * EARLY) failed.push(`ended after ${Math.round(idle)} of ${timeout} ms`);
    },
    count: () => entries.length + failed.length + races,
    // Judged at the end, since an answer can be here before the news that it is stale.
    verdict(lives) {
      const stale: string[] = [];
      let pipelined = 0;
      for (const { sent, version } of entries) {
        const live = liveAt(lives, sent.at);
        if (live === undefined || version >= live.version) continue;
        const old = liveAt(lives, sent.behind);
        if (sent.behind < sent.at && version >= (old?.version ?? 0)) pipelined += 1;
        else
          stale.push(
            `${version} answered what was sent ${(sent.at - live.at).toFixed(1)} ms after ${live.version} was live`,
          );
      }
      const times = entries.map(({ sent, endedAt }) => endedAt - sent.at).sort((a, b) => a - b);
      return {
        name,
        requests: entries.length + failed.length + races,
        failed,
        stale,
        races,
        pipelined,
        reconnects,
        times,
      };
    },
  };
}

/** Binary search: a long run has some 100,000 entries and hundreds of versions. */
function liveAt(lives: readonly Live[], time: number): Live | undefined {
  let low = 0;
  let high = lives.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lives[middle]!.at < time) low = middle + 1;
    else high = middle;
  }
  return lives[low - 1];
}

/** The value below which `share` of the sorted times lie. */
export function quantile(times: readonly number[], share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}
