import type { ToWorker } from '../protocol/messages.js';

/**
 * For tests only: `ZDR_TEST_FAULT=2:take:SIGKILL,1:cut:loop` makes the worker of generation 2 kill itself when it is
 * told to take a connection, and that of generation 1 run in an endless loop when it is told to cut. Besides signals:
 * `loop`, `oom` (all memory that it may have), `disconnect` (its channel to the primary).
 */
const faults = (process.env['ZDR_TEST_FAULT'] ?? '').split(',').map((fault) => fault.split(':'));

let generation = 0;

function fail(how: string | undefined): void {
  switch (how) {
    case 'loop':
      for (;;);
    case 'oom': {
      const hoard: unknown[] = [];
      for (;;) hoard.push(Array.from({ length: 1_000 }, () => ({})));
    }
    case 'disconnect':
      return process.disconnect();
    default:
      process.kill(process.pid, how);
  }
}

/** Called before a message is handled. */
export function faultAt(message: ToWorker): void {
  if (message.tag === 'load') generation = message.program.generation;
  for (const [number, step, how] of faults) {
    if (Number(number) !== generation || step !== message.tag) continue;
    fail(how);
  }
}
