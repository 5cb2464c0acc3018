import type { Burst } from './costs.js';
import type { Endless } from './endless.js';
import type { Growth } from './growth.js';
import { quantile, type Verdict } from './journal.js';
import type { Spread } from './spread.js';
import { table } from './table.js';
import type { ToolResult } from './tools.js';

const ms = (time: number): string => time.toFixed(time < 10 ? 1 : 0);

/** What the clients saw; `calm` are the same profiles without a reload. */
export function clients(verdicts: readonly Verdict[], calm: readonly Verdict[] = []): string {
  return table(
    [
      'client',
      'requests',
      'failed',
      'stale',
      'reconnects',
      'at time-out',
      '(calm)',
      'pipelined',
      'p50',
      'p99',
      'max',
      'calm p99',
    ],
    verdicts.map((verdict) => {
      const { name, requests, failed, stale, reconnects, races, pipelined, times } = verdict;
      const before = calm.find((other) => other.name === name);
      const p99 = before === undefined ? '' : ms(quantile(before.times, 0.99));
      const row = [name, requests, failed.length, stale.length, reconnects, races, before?.races ?? '', pipelined];
      return [...row, ms(quantile(times, 0.5)), ms(quantile(times, 0.99)), ms(times.at(-1) ?? 0), p99];
    }),
  );
}

export function benchmarks(results: readonly ToolResult[]): string {
  return table(
    ['tool', 'wrong', 'note'],
    results.map(({ name, failed, note }) => [name, failed.length, note]),
  );
}

export function spreads(results: readonly Spread[]): string {
  return table(
    ['share of the busiest of 4 (1 is fair)', 'one at a time', '16 at once', '200 opened at once', 'kept', 'failed'],
    results.map(({ way, alone, fresh, opened, kept, failed }) => [
      way,
      alone.toFixed(2),
      fresh.toFixed(2),
      opened.toFixed(2),
      kept.toFixed(2),
      failed,
    ]),
  );
}

export function handover(count: number, { calm, moved, worst, calmTimes, movedTimes }: Burst): string {
  return table(
    [`${count} connections ask at once`, 'first to last', 'p50', 'p99', 'max'],
    [
      [
        'without a reload',
        ms(calm),
        ms(quantile(calmTimes, 0.5)),
        ms(quantile(calmTimes, 0.99)),
        ms(calmTimes.at(-1) ?? 0),
      ],
      [
        'when new code is live',
        ms(moved),
        ms(quantile(movedTimes, 0.5)),
        ms(quantile(movedTimes, 0.99)),
        ms(movedTimes.at(-1) ?? 0),
      ],
      [
        'ms per moved connection',
        ((moved - calm) / count).toFixed(3),
        '',
        '',
        `worst ${((worst - calm) / count).toFixed(3)}`,
      ],
    ],
  );
}

export function growth({ samples, first, last }: Growth): string {
  const rows = samples.map(({ after, processes, files, kept, rss, pss, esbuild }) => [
    after,
    processes,
    files,
    kept,
    rss.toFixed(1),
    pss.toFixed(1),
    esbuild.toFixed(1),
  ]);
  const head = ['rollovers', 'processes', 'open files', 'kept files', 'RSS, MB', 'PSS', 'PSS of esbuild'];
  return `${table(head, rows)}\nsave to live: ${ms(first)} ms in the first tenth, ${ms(last)} ms in the last`;
}

/** The kinds of faults with their counts, the first ones in full. */
export function faults(name: string, list: readonly string[]): string {
  const more = list.length > 5 ? [`  and ${list.length - 5} more`] : [];
  return [`${name}:`, ...list.slice(0, 5).map((fault) => `  ${fault}`), ...more].join('\n');
}

export function endless({ points, first, last }: Endless): string {
  const rows = points.map(({ after, processes, files, timers, active, kept, disk, heap, rss, pss, esbuild }) => [
    after,
    processes,
    files,
    timers,
    active,
    kept,
    ...[disk, heap, rss, pss, esbuild].map((mb) => mb.toFixed(1)),
  ]);
  const head = [
    'rollovers',
    'processes',
    'open files',
    'timers',
    'active',
    'kept files',
    'on disk, MB',
    'heap',
    'RSS',
    'PSS',
    'PSS of esbuild',
  ];
  return `${table(head, rows)}\nsave to live: ${ms(first)} ms in the first 100, ${ms(last)} ms in the last`;
}
