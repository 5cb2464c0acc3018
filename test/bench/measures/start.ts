import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from '../probe.js';
import type { Running } from '../running.js';

/** How often it is asked, ms. A client that asks every 2 ms takes 15 % of a core, which a tool that uses both of them lacks. */
const EVERY = 10;

/** Time from the first spawn to the end of the first answer, ms. Throws with the tool's last words after `ms`. */
export async function firstAnswer(running: Running, ms = 30_000): Promise<number> {
  for (;;) {
    const mark = await ask(running.app.port);
    if (mark.version !== null) return mark.endedAt - running.since;
    if (performance.now() - running.since > ms) throw new Error(`no answer within ${ms} ms: ${lastLines(running)}`);
    await wait(EVERY);
  }
}

function lastLines(running: Running): string {
  return running.output.trim().split('\n').slice(-4).join(' | ').slice(-400);
}
