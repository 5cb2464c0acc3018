import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection, type Outcome } from './connection.js';
import { within } from './deadline.js';
import type { Body } from './get.js';
import type { Where } from './where.js';

export interface Totals {
  readonly requests: number;
  /** What a client would see as an error: the reasons. */
  readonly failed: readonly string[];
  /** Sent after a version was reported live, answered by an older one. */
  readonly stale: readonly string[];
  /** Those of them that were on a connection that was opened after the report. */
  readonly staleOnNew: readonly string[];
  /** Idle connections that the server closed: polite, and for a client with bad luck a failure. */
  readonly reconnects: number;
  /** The versions that answered. */
  readonly versions: ReadonlySet<number>;
}

export interface Load {
  /** Every request sent after `at` has to be answered by `version` or newer. */
  live(version: number, at: number): void;
  /** Requests answered so far. */
  answered(): number;
  stop(): Promise<Totals>;
}

interface Answered {
  readonly version: number;
  readonly sentAt: number;
  /** When its connection was there. */
  readonly openedAt: number;
}

/** Clients that send one request after the other, with a little time to think, and never try anything twice. */
export function startLoad(where: Where, kind: 'keep-alive' | 'fresh', clients: number, think = 10): Load {
  const answered: Answered[] = [];
  const failed: string[] = [];
  const lives: { readonly version: number; readonly at: number }[] = [];
  let reconnects = 0;
  let over = false;

  const note = (outcome: Outcome, openedAt = 0): void => {
    if (outcome.tag === 'failed') return void failed.push(outcome.why);
    if (outcome.answer.status !== 200) return void failed.push(`status ${outcome.answer.status}`);
    const { version } = JSON.parse(outcome.answer.body.toString()) as Body;
    answered.push({ version, sentAt: outcome.sentAt, openedAt });
  };
  const staleness = ({ version, sentAt }: Pick<Answered, 'version' | 'sentAt'>): string[] => {
    const live = lives.findLast(({ at }) => at < sentAt);
    if (!live || version >= live.version) return [];
    return [`${version} answered what was sent ${Math.round(sentAt - live.at)} ms after ${live.version} was live`];
  };

  const client = async (number: number): Promise<void> => {
    let connection: Connection | null = null;
    let openedAt = 0;
    // Not all at the same instant: each client thinks for another time.
    const pause = think * (0.5 + number / clients);
    while (!over) {
      try {
        if (connection?.closed) reconnects++;
        if (connection === null || connection.closed) {
          // Before it is: the other end may have it sooner than this one.
          openedAt = performance.now();
          connection = await Connection.open(where);
        }
        note(await connection.send(), openedAt);
      } catch (error) {
        note({ tag: 'failed', why: String((error as NodeJS.ErrnoException).code ?? error), sentAt: performance.now() });
      }
      if (kind === 'fresh' && connection) {
        connection.close();
        connection = null;
      }
      // A test that failed leaves them behind: they keep no process.
      await wait(pause, null, { ref: false });
    }
    connection?.close();
  };

  const all = Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return {
    live: (version, at) => void lives.push({ version, at }),
    answered: () => answered.length,
    stop: async () => {
      over = true;
      await within('the last answers', all);
      return {
        requests: answered.length + failed.length,
        failed,
        // Judged at the end, since an answer can be here before the news that it is stale.
        stale: answered.flatMap(staleness),
        staleOnNew: answered.flatMap(({ version, openedAt }) => staleness({ version, sentAt: openedAt })),
        reconnects,
        versions: new Set(answered.map(({ version }) => version)),
      };
    },
  };
}

/** No client saw a failure or an old answer. */
export function assertSeamless(totals: Totals): void {
  const seen = { failed: tally(totals.failed), stale: totals.stale.slice(0, 5) };
  const counts = `${totals.failed.length} failed and ${totals.stale.length} stale of ${totals.requests} requests`;
  assert.deepEqual(seen, { failed: {}, stale: [] }, `${counts}: ${JSON.stringify(seen)}`);
  assert.ok(totals.requests > 0, 'requests were sent');
}

/** How often each reason came. */
function tally(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
