// npm run faults [-- part of a fault's name … [--phase name]]: each fault in each phase of a rollover.
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { faults, pairs } from './all.js';
import { matrix } from './report.js';
import { type Result, runCell } from './run.js';

/** Cells side by side, and how long a run may take, in ms. */
const LANES = Number(process.env['LANES'] ?? 2);
const DEADLINE = 5_400_000;

const args = process.argv.slice(2);
const at = args.indexOf('--phase');
const phase = at === -1 ? null : args[at + 1];
const names = args.filter((_, n) => at === -1 || (n !== at && n !== at + 1));
const chosen = pairs.filter(
  (pair) =>
    (names.length === 0 || names.some((name) => pair.fault.name.includes(name))) &&
    (phase === null || pair.phase === phase),
);

const start = performance.now();
const results: Result[] = [];
const waiting = [...chosen];

async function lane(): Promise<void> {
  for (let pair = waiting.shift(); pair !== undefined; pair = waiting.shift()) {
    if (performance.now() - start > DEADLINE) throw new Error(`not done after ${DEADLINE / 1000} s`);
    const began = performance.now();
    const result = await runCell(pair.fault, pair.phase);
    results.push(result);
    if (result.tag === 'never') continue;
    const ms = Math.round(performance.now() - began);
    console.log(`${result.tag === 'held' ? '✓' : '✗'} ${pair.fault.name} × ${pair.phase} (${ms} ms)`);
    if (result.tag === 'broken') console.log(result.why);
  }
}

// By way of 'exit', with which the cells' processes go.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
await Promise.all(Array.from({ length: LANES }, lane));
const rows = faults.filter(({ name }) => chosen.some((pair) => pair.fault.name === name));
const report = matrix(rows, results);
console.log(`\n${report}\n${Math.round((performance.now() - start) / 1000)} s`);
if (process.env['REPORT'] !== undefined) writeFileSync(process.env['REPORT'], report);
process.exitCode = results.every(({ tag }) => tag !== 'broken') ? 0 : 1;
