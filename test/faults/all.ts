import type { Fault } from './cell.js';
import { clientFaults } from './clients.js';
import { type Phase, phases } from './phases.js';
import { processFaults } from './processes.js';
import { saveFaults } from './saves.js';
import { signalFaults } from './signals.js';
import { systemFaults } from './system.js';
import { terminalFaults } from './terminal.js';

export const faults: readonly Fault[] = [
  ...processFaults,
  ...systemFaults,
  ...saveFaults,
  ...clientFaults,
  ...signalFaults,
  ...terminalFaults,
];

export interface Pair {
  readonly fault: Fault;
  readonly phase: Phase;
}

export const pairs: readonly Pair[] = faults.flatMap((fault) => phases.map((phase) => ({ fault, phase })));

/** Each fault once, and each phase about as often as every other. */
export function sample(): readonly Pair[] {
  return faults.map((fault, row) => {
    const turned = [...phases.slice((row * 4) % phases.length), ...phases.slice(0, (row * 4) % phases.length)];
    const phase = turned.find((one) => (fault.never?.(one) ?? null) === null);
    return { fault, phase: phase ?? phases[0] };
  });
}
