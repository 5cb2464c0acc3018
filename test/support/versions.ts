import assert from 'node:assert/strict';

/** What came of many requests over many rollovers. */
export interface Ledger {
  /** Every request sent after `at` has to be answered by `version` or newer. */
  live(version: number, at: number): void;
  answered(version: number, sentAt: number): void;
  failed(why: string): void;
  readonly count: number;
  /** Nothing failed and nothing was answered by old code. */
  assertSeamless(): void;
}

export function openLedger(): Ledger {
  const answers: { readonly version: number; readonly sentAt: number }[] = [];
  const failures: string[] = [];
  const lives: { readonly version: number; readonly at: number }[] = [];
  return {
    live: (version, at) => void lives.push({ version, at }),
    answered: (version, sentAt) => void answers.push({ version, sentAt }),
    failed: (why) => void failures.push(why),
    get count() {
      return answers.length;
    },
    assertSeamless() {
      const stale = answers.flatMap(({ version, sentAt }) => {
        const live = lives.findLast(({ at }) => at < sentAt);
        if (live === undefined || version >= live.version) return [];
        return [`${version} answered what was sent ${Math.round(sentAt - live.at)} ms after ${live.version} was live`];
      });
      assert.deepEqual({ failed: failures, stale }, { failed: [], stale: [] }, `of ${answers.length} requests`);
      assert.ok(answers.length > 0, 'requests were sent');
    },
  };
}
