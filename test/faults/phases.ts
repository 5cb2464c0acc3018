import type { Cell } from './cell.js';

/** Where a rollover can stand, in its order. */
export const phases = [
  'idle',
  'change seen',
  'build',
  'bundle written',
  'standby taken',
  'booting',
  'listening',
  'told to drain',
  'moving',
  'draining',
  'retiring',
] as const;
export type Phase = (typeof phases)[number];

/** The place at which somebody stands still for it: plugin, hook and module of the fixture, and steps of a worker. */
const places: Readonly<Record<Exclude<Phase, 'idle' | 'draining'>, string>> = {
  'change seen': 'change',
  build: 'build',
  'bundle written': 'written',
  'standby taken': 'load',
  booting: 'booting',
  listening: 'listening',
  'told to drain': 'cut',
  moving: 'take',
  retiring: 'retiring',
};

/** What makes workers stand at the steps. */
export const holds = '2:load:hold,1:cut:hold,2:take:hold';

export function atOrAfter(phase: Phase, other: Phase): boolean {
  return phases.indexOf(phase) >= phases.indexOf(other);
}

/** Saves version 2 and returns when its rollover stands in this phase. */
export async function reach(cell: Cell, phase: Phase): Promise<void> {
  const { gates, project, zdr } = cell;
  switch (phase) {
    case 'idle':
      return;
    case 'draining':
      // For the request that is held.
      await cell.save(2);
      await (zdr === null ? cell.answers({ version: 2 }) : zdr.event('live', { generation: 2 }));
      return;
    default:
      gates.close(places[phase]);
      await project.version(2);
      await gates.reached(places[phase]);
  }
}
