import { setTimeout as wait } from 'node:timers/promises';
import { ask, between, keep, many, once, type Profile } from '../client.js';
import type { Server } from '../stage.js';

const NAMES: Readonly<Partial<Record<Server, string>>> = { unix: ', unix socket', secure: ', TLS' };

/** A connection per request. */
export function fresh(clients: number, server: Server = 'plain'): Profile {
  return async (run) => {
    const journal = run.journal(`a connection per request${NAMES[server] ?? ''}`, server);
    await many(clients, async () => {
      while (!run.over()) {
        await once(run, journal, server, async (wire) => void (await ask(wire, journal)));
        await wait(10);
      }
    });
  };
}

/** Kept connections with a time to think of `least` to `most` ms between answer and request. */
export function kept(name: string, clients: number, least: number, most: number, server: Server = 'plain'): Profile {
  return async (run) => {
    const journal = run.journal(name, server);
    const pause = between(least, most);
    await many(clients, async () => {
      // Not all at the same instant.
      await wait(Math.random() * most);
      await keep(run, journal, server, pause, async (wire) => void (await ask(wire, journal)));
    });
  };
}

/** Answers that take 100 ms: most connections are in the middle of one when the code changes. */
export function slow(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('kept, answers of 100 ms');
    await many(clients, () =>
      keep(
        run,
        journal,
        'plain',
        between(5, 30),
        async (wire) => void (await ask(wire, journal, { path: '/slow?ms=100' })),
      ),
    );
  };
}

/** The head of an answer alone. */
export function head(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('HEAD');
    await many(clients, () =>
      keep(run, journal, 'plain', between(5, 60), async (wire) => void (await ask(wire, journal, { method: 'HEAD' }))),
    );
  };
}
