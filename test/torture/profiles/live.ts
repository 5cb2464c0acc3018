import { once as event } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { within } from '../../support/deadline.js';
import { between, keep, many, type Profile, type Run } from '../client.js';
import type { Journal } from '../journal.js';
import type { Outcome, Wire } from '../wire.js';

/** An event stream: all events, in order, of one version. */
export async function follow(wire: Wire, journal: Journal, count: number, every: number): Promise<Outcome> {
  let text = '';
  const outcome = await wire.send({
    path: `/events?count=${count}&every=${every}`,
    onBody: (part) => (text += part.toString()),
  });
  journal.note(outcome, ({ reply }) => {
    const version = reply.headers.get('x-version');
    const expected = Array.from({ length: count }, (_, id) => `id: ${id}\ndata: ${version}\n\n`).join('');
    return text === expected ? null : 'events are missing or of another version';
  });
  return outcome;
}

export function eventStreams(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('event stream of 1 s');
    await many(clients, () =>
      keep(run, journal, 'plain', between(0, 100), async (wire) => void (await follow(wire, journal, 20, 50))),
    );
  };
}

/** A WebSocket on which `count` messages are echoed by the version that it was opened with. */
export async function converse(run: Run, journal: Journal, count: number, every: number): Promise<void> {
  const where = run.stage.where.plain as { readonly host: string; readonly port: number };
  const at = performance.now();
  const socket = new WebSocket(`ws://${where.host}:${where.port}/`);
  try {
    await within(
      'the upgrade',
      Promise.race([event(socket, 'open'), event(socket, 'close').then(() => Promise.reject(new Error('closed')))]),
    );
    let version = 0;
    for (let n = 0; n < count; n++) {
      socket.send(String(n));
      const [data] = await within('the echo', event(socket, 'message'));
      const [by, echo] = String(data).split(' ');
      if (version !== 0 && Number(by) !== version) return journal.fail(`a socket of ${version} was answered by ${by}`);
      version = Number(by);
      if (echo !== String(n)) return journal.fail(`echo ${echo} of ${n}`);
      await wait(every);
    }
    journal.answered({ sent: { connection: 0, at, idle: 0, behind: at }, endedAt: performance.now(), version });
  } catch (error) {
    journal.fail(`WebSocket: ${String(error)}`);
  } finally {
    socket.terminate();
  }
}

export function webSockets(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('WebSocket of 1 s');
    await many(clients, async () => {
      while (!run.over()) await converse(run, journal, 20, 45);
    });
  };
}
