import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from '../probe.js';
import type { Running } from '../running.js';

/** How many versions of an app's `setInterval` run after some edits; one is right. */
export interface Timers {
  readonly edits: number;
  readonly versions: number;
}

const LATE = 10_000;

/** `ticks` is the file that each version of the app writes to, ten times a second. */
export async function measureTimers(running: Running, ticks: string, edits: number): Promise<Timers> {
  for (let version = 2; version < edits + 2; version++) {
    running.app.save(version);
    const end = performance.now() + LATE;
    while ((await ask(running.app.port)).version !== version && performance.now() < end) await wait(10);
    await wait(200);
  }
  await wait(2000);
  const before = (await readFile(ticks, 'utf8')).length;
  await wait(1000);
  const fresh = (await readFile(ticks, 'utf8')).slice(before).split('\n').filter(Boolean);
  return { edits, versions: new Set(fresh).size };
}
