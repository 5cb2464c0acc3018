import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Session } from '../../support/session.js';
import { between, many, type Profile, type Run } from '../client.js';
import type { Journal } from '../journal.js';

type Server = 'h2' | 'h2c';

/** HTTP/2 by node's own client: `side` streams side by side on each session, a pause behind each answer. */
export function sessions(
  name: string,
  server: Server,
  clients: number,
  side: number,
  least: number,
  most: number,
): Profile {
  return async (run) => {
    const journal = run.journal(name, server);
    await many(clients, async () => {
      while (!run.over()) await session(run, journal, server, side, between(least, most));
    });
  };
}

/** Until the server asks the client to leave. */
async function session(run: Run, journal: Journal, server: Server, side: number, pause: () => number): Promise<void> {
  const opened = await Session.open(run.stage.where[server], server === 'h2' ? 'https' : 'http').catch(
    (error: unknown) => {
      journal.fail(`connect: ${String(error)}`);
      return null;
    },
  );
  if (opened === null) return void (await wait(20));
  await many(side, async (number) => {
    while (!run.over() && !opened.over) {
      await ask(opened, journal, number % 2 === 0 ? '/' : '/slow?ms=40');
      await wait(pause());
    }
  });
  opened.close();
}

async function ask(opened: Session, journal: Journal, path: string): Promise<void> {
  const at = performance.now();
  try {
    const { headers } = await opened.send(path);
    const status = Number(headers[':status']);
    if (status !== 200) return journal.fail(`status ${status}`);
    const sent = { connection: 0, at, idle: 0, behind: at };
    journal.answered({ sent, endedAt: performance.now(), version: Number(headers['x-version']) });
  } catch (error) {
    journal.fail(String(error));
  }
}
