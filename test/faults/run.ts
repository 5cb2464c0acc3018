import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { Connection, type Outcome } from '../support/connection.js';
import { until, within } from '../support/deadline.js';
import { bodyOf } from '../support/get.js';
import { keptFiles } from '../support/leftovers.js';
import { type Load, startLoad, type Totals } from '../support/load.js';
import type { Cell, Fault } from './cell.js';
import { open } from './open.js';
import { type Phase, reach } from './phases.js';

export interface Result {
  readonly fault: string;
  readonly phase: Phase;
  /** `never`: there is no such pair. `why`: that, or what went wrong. */
  readonly tag: 'held' | 'broken' | 'never';
  readonly why: string;
  readonly requests: number;
  /** In flight on a worker that went. */
  readonly lost: number;
  /** From the fault to the end of all processes, where it ends zdr; in ms. */
  readonly end: number | null;
}

/** The version that is saved when the fault is over. */
const LAST = 9;

/** Connections of the clients at most: of idle ones, of a load, and the one with a request that is held. */
const KEPT = 3;
const CONNECTIONS = 4 + KEPT + 2 + 1;

/** Everything goes about a second after zdr; twice that where two other cells have the machine. */
const GONE = 2_500;

export async function runCell(fault: Fault, phase: Phase): Promise<Result> {
  const base = { fault: fault.name, phase, requests: 0, lost: 0, end: null };
  const never = fault.never?.(phase) ?? null;
  if (never !== null) return { ...base, tag: 'never', why: never };
  try {
    return { ...base, ...(await play(fault, phase)), tag: 'held', why: '' };
  } catch (error) {
    return { ...base, tag: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
}

type Seen = Pick<Result, 'requests' | 'lost' | 'end'>;

async function play(fault: Fault, phase: Phase): Promise<Seen> {
  const { cell, close } = await open(fault, phase);
  const { gates, run, project } = cell;
  const before = new Set(keptFiles(project).filter((file) => !file.includes('/zdr')));
  const loads = fault.alone || fault.ends !== undefined ? [] : openLoads(cell);
  try {
    const held = phase === 'retiring' || fault.alone ? null : await hold(cell);
    await reach(cell, phase);
    const struck = performance.now();
    await fault.strike(cell);
    if (typeof fault.ends !== 'number') gates.openAll();
    const seen = fault.ends === undefined ? await goOn(fault, cell, loads, held) : await end(fault, cell, struck, held);
    const left = keptFiles(project).filter((file) => !before.has(file));
    await until('no files are left', () => keptFiles(project).every((file) => before.has(file)), GONE).catch(() =>
      assert.deepEqual(left, [], 'files left behind'),
    );
    return seen;
  } catch (error) {
    const story = run.story();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${story}`, { cause: error });
  } finally {
    gates.openAll();
    run.kill();
    for (const connection of cell.idle) connection.close();
    await Promise.all(loads.map((load) => load.stop().catch(() => {})));
    await close();
  }
}

function openLoads({ where }: Cell): readonly Load[] {
  return [startLoad(where(), 'keep-alive', KEPT, 15), startLoad(where(), 'fresh', 2, 25)];
}

interface Held {
  readonly outcome: Promise<Outcome>;
}

/** A request that the old worker holds until the gates are opened. */
async function hold({ gates, where }: Cell): Promise<Held> {
  gates.close('draining');
  const connection = await Connection.open(where());
  const outcome = connection.send('/hold').finally(() => connection.close());
  await gates.reached('draining');
  return { outcome };
}

/** The fault is over: the next good save goes live, the clients saw nothing, and a stop leaves nothing behind. */
async function goOn(fault: Fault, cell: Cell, loads: readonly Load[], held: Held | null): Promise<Seen> {
  await fault.after?.(cell);
  await cell.save(LAST);
  const { generation } = await cell.answers({ version: LAST });
  if (cell.zdr !== null) await judgeFrom(cell, loads, Number(generation));
  const totals = await Promise.all(loads.map((load) => load.stop()));
  const mine = await Promise.all([
    ...cell.asked.map((outcome) => within("the fault's own clients", outcome)),
    ...(held === null ? [] : [within('the held request', held.outcome)]),
    ...(fault.alone ? [] : cell.idle.map((connection) => within('an idle connection', connection.send()))),
  ]);
  const lost = judge(fault, cell.phase, totals, mine);
  if (cell.zdr === null) cell.run.kill();
  else await cell.zdr.stop();
  await gone(cell);
  return { requests: totals.reduce((sum, { requests }) => sum + requests, mine.length), lost, end: null };
}

/** From when on which version has to answer. */
async function judgeFrom({ zdr, phase }: Cell, loads: readonly Load[], last: number): Promise<void> {
  const live = await zdr!.event('live', { generation: last });
  const second = phase === 'idle' ? undefined : zdr!.all('live').find(({ generation }) => generation === 2);
  for (const load of loads) {
    if (second !== undefined && last !== 2) load.live(2, second.at);
    load.live(LAST, live.at);
  }
}

/** Gives how many requests were lost with the worker that they were on. */
function judge(fault: Fault, phase: Phase, totals: readonly Totals[], mine: readonly Outcome[]): number {
  const stale = totals.flatMap((total) => total.stale);
  assert.deepEqual(stale.slice(0, 5), [], `${stale.length} stale`);
  const wrong = mine.flatMap((outcome) => (outcome.tag === 'failed' ? outcome.why : []));
  for (const outcome of mine) if (outcome.tag === 'answered') bodyOf(outcome);
  const failed = [...totals.flatMap((total) => total.failed), ...wrong];
  const most = fault.takes?.(phase) ? CONNECTIONS : 0;
  assert.ok(failed.length <= most, `${failed.length} failed: ${[...new Set(failed)].join(', ')}`);
  return failed.length;
}

async function end(fault: Fault, cell: Cell, struck: number, held: Held | null): Promise<Seen> {
  const ended = await within('the end', cell.run.exit);
  if (fault.ends === 'graceful') {
    assert.deepEqual(ended, { code: 0, signal: null });
    if (held !== null) bodyOf(await held.outcome);
  } else if (typeof fault.ends === 'number') assert.deepEqual(ended, { code: fault.ends, signal: null });
  await gone(cell);
  return { requests: 1, lost: 0, end: performance.now() - struck };
}

async function gone({ run }: Cell): Promise<void> {
  await until('all processes end', () => run.processes().length === 0, GONE);
}
