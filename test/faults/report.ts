import type { Fault } from './cell.js';
import { phases } from './phases.js';
import type { Result } from './run.js';

const signs = { held: '✓', broken: '✗', never: '–' } as const;

/** A table for a terminal and for notes/, with what it means below. */
export function matrix(faults: readonly Fault[], results: readonly Result[]): string {
  const rows = faults.map(({ name }) => [
    name.replaceAll('|', '\\|'),
    ...phases.map((phase) => {
      const result = results.find((one) => one.fault === name && one.phase === phase);
      return result === undefined ? ' ' : signs[result.tag];
    }),
  ]);
  const lines = [['', ...phases], ['-', ...phases.map(() => ':-:')], ...rows].map((row) => `| ${row.join(' | ')} |`);
  return `${lines.join('\n')}\n\n${summary(results)}\n`;
}

function summary(results: readonly Result[]): string {
  const run = results.filter(({ tag }) => tag !== 'never');
  const broken = run.filter(({ tag }) => tag === 'broken');
  const sum = (of: (result: Result) => number): number => run.reduce((total, each) => total + of(each), 0);
  const ends = run.flatMap(({ end }) => end ?? []);
  const reasons = new Set(results.flatMap(({ tag, why }) => (tag === 'never' ? why : [])));
  return [
    `${run.length} pairs run, ${broken.length} broken; ${results.length - run.length} that do not exist (–).`,
    `${sum(({ requests }) => requests)} requests, ${sum(({ lost }) => lost)} of them in flight on a worker that the fault took.`,
    ...(ends.length === 0
      ? []
      : [`Slowest end of all processes: ${Math.round(Math.max(...ends))} ms behind the fault.`]),
    ...(reasons.size === 0 ? [] : ['', '–:', ...[...reasons].map((why) => `- ${why}`)]),
  ].join('\n');
}
