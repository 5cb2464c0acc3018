import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToWorker } from '../protocol/messages.js';
import { breakOff } from './channel.js';

/**
 * For tests only: `ZDR_TEST_FAULT=2:take:SIGKILL,1:cut:loop` makes the worker of generation 2 kill itself when it is
 * told to take a connection, and that of generation 1 run in an endless loop when it is told to cut. Besides signals:
 * `loop`, `oom` (all memory that it may have), `disconnect` (its channel to the primary), `exit 3`, and `hold`: it stands
 * still there while the test keeps it so, and then does what the test has ordered.
 */
const faults = (process.env['ZDR_TEST_FAULT'] ?? '').split(',').map((fault) => fault.split(':'));

let generation = 0;

function fail(how: string | undefined, step: string): void {
  switch (how) {
    case 'loop':
      for (;;);
    case 'oom': {
      const hoard: unknown[] = [];
      for (;;) hoard.push(Array.from({ length: 100_000 }).fill(0));
    }
    case 'disconnect':
      return breakOff();
    case 'hold':
      return hold(step);
    case 'reject':
      return void Promise.reject(new Error('nobody handles this'));
    case 'throw':
      throw new Error('nobody catches this');
    default:
      if (how?.startsWith('exit')) process.exit(Number(how.slice(5)));
      process.kill(process.pid, how);
  }
}

/** Nothing of this process runs until the file is gone that keeps it here. */
function hold(step: string): void {
  const at = (name: string): string => join(process.env['ZDR_TEST_GATES'] ?? '', name);
  if (!existsSync(at(`${step}.closed`))) return;
  writeFileSync(at(`${step}.reached`), String(process.pid));
  const order = at(`order.${process.pid}`);
  while (existsSync(at(`${step}.closed`))) {
    if (existsSync(order)) {
      const how = readFileSync(order, 'utf8');
      rmSync(order);
      fail(how, step);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** Called before a message is handled. */
export function faultAt(message: ToWorker): void {
  if (message.tag === 'load') generation = message.program.generation;
  for (const [number, step, how] of faults) {
    if (Number(number) !== generation || step !== message.tag) continue;
    fail(how, step);
  }
}
