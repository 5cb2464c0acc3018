import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../support/deadline.js';
import { ask } from '../probe.js';
import type { Running } from '../running.js';
import { memory } from './rest.js';

/** Memory of the whole tree before and after many edits, MB. */
export interface Growth {
  readonly edits: number;
  readonly before: number;
  readonly after: number;
}

/** Edits before the first look: what is loaded once is no growth. */
const FIRST = 10;

export async function measureGrowth(running: Running, edits: number): Promise<Growth> {
  let version = 1;
  const edit = async (count: number): Promise<void> => {
    for (const last = version + count; version < last;) {
      running.app.save(++version);
      await until(`version ${version}`, async () => (await ask(running.app.port)).version === version);
      await wait(100);
    }
  };
  await edit(FIRST);
  const before = await rested(running);
  await edit(edits);
  const after = await rested(running);
  if (before === null || after === null) throw new Error('this system does not tell the memory of a process');
  return { edits, before, after };
}

/** When old generations have ended and a standby waits. */
async function rested(running: Running): Promise<number | null> {
  await wait(5000);
  return memory(running);
}
