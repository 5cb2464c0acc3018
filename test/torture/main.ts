// npm run torture [-- --long | --control | --growth | --endless [rollovers]]: strict clients of every kind while the code under them is replaced.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { across } from './across.js';
import { burst } from './costs.js';
import { endless } from './endless.js';
import { grow } from './growth.js';
import type { Verdict } from './journal.js';
import { everything, few, mix } from './mix.js';
import * as report from './report.js';
import { long, night, type Scale, short } from './scale.js';
import { spread } from './spread.js';
import { openStage, type Stage } from './stage.js';
import { deployed, tools } from './tools.js';

/** Faults, under the name of what had them. */
const faults = new Map<string, readonly string[]>();
const print = (text: string): void => console.log(`${text}\n`);

function blame(name: string, list: readonly string[]): void {
  if (list.length > 0) faults.set(name, [...(faults.get(name) ?? []), ...list]);
}

function judge(verdicts: readonly Verdict[]): void {
  for (const { name, requests, failed, stale } of verdicts) {
    blame(name, [...failed, ...stale, ...(requests === 0 ? ['no request was sent'] : [])]);
  }
}

/** HTTP's own race at the keep-alive time-out must not be more frequent than without reloads. */
function judgeRaces(rolling: readonly Verdict[], calm: readonly Verdict[]): void {
  for (const { name, races, requests } of rolling) {
    const before = calm.find((other) => other.name === name);
    const usual = before === undefined ? 0 : before.races / before.requests;
    if (races > 3 + 3 * usual * requests)
      blame(name, [`${races} lost at the time-out; ${(usual * requests).toFixed(1)} expected`]);
  }
}

async function main(scale: Scale): Promise<void> {
  const stage = await openStage();
  try {
    await stage.rollFor({ ms: 0, rollovers: 3, least: 300, most: 400 });
    const first = stage.lives.length;

    const profiles = everything(scale.crowd);
    const calm = await mix(stage, profiles, () => wait(scale.calm));
    const rolling = await mix(stage, profiles, async (answered) => {
      const { rolling: ms, rollovers, requests } = scale;
      await stage.rollFor({ ms, rollovers, least: 200, most: 1000 });
      while (answered() < requests) await stage.rollFor({ ms: 0, rollovers: 1, least: 200, most: 1000 });
    });
    judge([...calm, ...rolling]);
    judgeRaces(rolling, calm);
    print(`${stage.lives.length - first} rollovers by edits, one every 0.2 to 1 s\n${report.clients(rolling, calm)}`);

    const slow = await across(stage);
    judge(slow);
    print(report.clients(slow));

    const benchmarks = await tools(stage, scale);
    for (const { name, failed } of benchmarks) blame(name, failed);
    print(report.benchmarks(benchmarks));

    const cost = await burst(stage, scale.crowd);
    blame('burst', cost.failed);
    print(report.handover(scale.crowd, cost));

    await growth(stage, scale.growth);
  } catch (error) {
    blame('zdr', [error instanceof Error ? error.message : String(error), stage.zdr.lines.slice(-20).join('\n')]);
  } finally {
    blame('the end', await stage.close());
  }
  try {
    const deploys = await deployed(scale);
    for (const { name, failed } of deploys) blame(name, failed);
    print(report.benchmarks(deploys));
  } catch (error) {
    blame('zdr start', [error instanceof Error ? error.message : String(error)]);
  }
  try {
    const spreads = await spread(scale.spread);
    for (const { way, failed } of spreads) if (failed > 0) blame(way, [`${failed} failed`]);
    print(report.spreads(spreads));
  } catch (error) {
    blame('four workers', [error instanceof Error ? error.message : String(error)]);
  }
}

async function growth(stage: Stage, rollovers: number): Promise<void> {
  const grown = await grow(stage, rollovers);
  blame('growth', grown.failed);
  print(report.growth(grown));
}

/** Growth alone, over far more rollovers. */
async function endure(): Promise<void> {
  const stage = await openStage();
  try {
    await stage.rollFor({ ms: 0, rollovers: 20, least: 0, most: 50 });
    await growth(stage, ROLLOVERS);
  } finally {
    blame('the end', await stage.close());
  }
}

const ROLLOVERS = 1000;

/** Growth under clients that never pause. */
async function forEver(rollovers: number): Promise<void> {
  const run = await endless(rollovers);
  judge(run.verdicts);
  blame('growth', run.failed);
  print(`${report.clients(run.verdicts)}\n\n${report.endless(run)}`);
}

/** The same with the handover switched off: the clients must see it. */
async function control(): Promise<void> {
  const stage = await openStage({ env: { ZDR_TEST_HANDOVER: 'off' } });
  try {
    const verdicts = await mix(stage, few(), () => stage.rollFor({ ms: 8000, rollovers: 10, least: 200, most: 600 }));
    print(`control: ${stage.lives.length} rollovers without the handover\n${report.clients(verdicts)}`);
    if (verdicts.every(({ failed }) => failed.length === 0)) blame('control', ['no failure was seen']);
    if (verdicts.every(({ stale }) => stale.length === 0)) blame('control', ['no stale answer was seen']);
  } finally {
    await stage.close();
  }
}

// By way of 'exit', which takes zdr along.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const args = process.argv.slice(2);
const scale = args.includes('--endless') ? night : args.includes('--long') || args.includes('--growth') ? long : short;
const start = performance.now();
const deadline = setTimeout(() => {
  for (const [name, list] of faults) console.log(report.faults(name, list));
  console.log(`not done after ${scale.deadline / 1000} s`);
  process.exit(1);
}, scale.deadline).unref();
const count = Number(args[args.indexOf('--endless') + 1] ?? scale.growth) || scale.growth;
await (args.includes('--control')
  ? control()
  : args.includes('--endless')
    ? forEver(count)
    : args.includes('--growth')
      ? endure()
      : main(scale));
clearTimeout(deadline);
for (const [name, list] of faults) console.log(report.faults(name, list));
console.log(`${faults.size === 0 ? 'passed' : 'FAILED'} in ${Math.round((performance.now() - start) / 1000)} s`);
process.exitCode = faults.size === 0 ? 0 : 1;
