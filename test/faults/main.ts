// npm run faults [-- part of a fault's name …] [--phase name] [--part k/n]: each fault in each phase of a rollover.
// With --results file, what is known there is not run again, and what is run is added: a long run in pieces.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { faults, type Pair } from './all.js';
import { type Options, readOptions } from './options.js';
import { matrix } from './report.js';
import { type Result, runCell } from './run.js';

/** Cells side by side, and how long a run may take, in ms. */
const LANES = Number(process.env['LANES'] ?? 2);
const DEADLINE = 5_400_000;

function optionsOrEnd(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    return process.exit(2);
  }
}

const { named, part, parts, results: file, report: to } = optionsOrEnd();

const start = performance.now();
const results: Result[] =
  file !== undefined && existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Result)
    : [];
const isKnown = ({ fault, phase }: Pair): boolean =>
  results.some((result) => result.fault === fault.name && result.phase === phase);
const waiting = named.filter((pair, n) => n % parts === part - 1 && !isKnown(pair));

async function lane(): Promise<void> {
  for (let pair = waiting.shift(); pair !== undefined; pair = waiting.shift()) {
    if (performance.now() - start > DEADLINE) throw new Error(`not done after ${DEADLINE / 1000} s`);
    const began = performance.now();
    const result = await runCell(pair.fault, pair.phase);
    results.push(result);
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(result)}\n`);
    if (result.tag === 'never') continue;
    const ms = Math.round(performance.now() - began);
    console.log(`${result.tag === 'held' ? '✓' : '✗'} ${pair.fault.name} × ${pair.phase} (${ms} ms)`);
    if (result.tag === 'broken') console.log(result.why);
  }
}

// By way of 'exit', with which the cells' processes go.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
await Promise.all(Array.from({ length: LANES }, lane));
const rows = faults.filter(({ name }) => named.some((pair) => pair.fault.name === name));
const report = matrix(rows, results);
console.log(`\n${report}\n${Math.round((performance.now() - start) / 1000)} s`);
if (to !== undefined) writeFileSync(to, report);
process.exitCode = results.every(({ tag }) => tag !== 'broken') ? 0 : 1;
