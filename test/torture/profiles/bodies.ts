import { createHash } from 'node:crypto';
import { once as event } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { between, keep, many, once, type Profile } from '../client.js';
import type { Journal } from '../journal.js';
import { headOf, type Outcome, type Wire } from '../wire.js';

const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

type Answered = Extract<Outcome, { tag: 'answered' }>;

function arrived(expected: string): (outcome: Answered) => string | null {
  return ({ reply }) =>
    JSON.parse(reply.start.toString()).sha1 === expected ? null : 'the body arrived otherwise than sent';
}

/** POST with a body of `bytes`, on kept connections. */
export function post(clients: number, bytes: number): Profile {
  return async (run) => {
    const journal = run.journal(`POST ${bytes / 1000} kB`);
    const body = Buffer.alloc(bytes, 'zdr');
    const check = arrived(sha1(body));
    await many(clients, () =>
      keep(run, journal, 'plain', between(0, 40), async (wire) => {
        journal.note(await wire.send({ method: 'POST', path: '/upload', body }), check);
      }),
    );
  };
}

/** A body that waits for the server's 100. */
export function expect(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('100-continue');
    const body = Buffer.alloc(20_000, 'c');
    const check = arrived(sha1(body));
    await many(clients, () =>
      keep(run, journal, 'plain', between(5, 60), async (wire) => {
        let go = (): void => {};
        const continued = new Promise<void>((resolve) => (go = resolve));
        const request = {
          method: 'POST',
          path: '/upload',
          headers: ['Expect: 100-continue', `Content-Length: ${body.length}`],
        };
        const outcome = wire.begin({ ...request, onInterim: () => go() });
        wire.write(headOf(request));
        await Promise.race([continued, outcome]);
        // Time for a rollover between the two halves.
        await wait(Math.random() * 300);
        wire.write(body);
        journal.note(await outcome, check);
      }),
    );
  };
}

/** Sends `count` pieces of `bytes`, one every `every` ms, as the connection takes them. */
export async function upload(
  wire: Wire,
  journal: Journal,
  count: number,
  bytes: number,
  every: number,
): Promise<Outcome> {
  const request = { method: 'POST', path: '/upload', headers: [`Content-Length: ${count * bytes}`] };
  const hash = createHash('sha1');
  const outcome = wire.begin(request);
  wire.write(headOf(request));
  for (let n = 0; n < count && !wire.closed; n++) {
    const piece = Buffer.alloc(bytes, n);
    hash.update(piece);
    if (!wire.write(piece)) await Promise.race([event(wire.socket, 'drain'), outcome]);
    await wait(every);
  }
  journal.note(await outcome, arrived(hash.digest('hex')));
  return outcome;
}

/** Reads an answer of `count` pieces of `bytes`, sent one every `every` ms, and checks every byte. */
export async function stream(
  wire: Wire,
  journal: Journal,
  count: number,
  bytes: number,
  every: number,
): Promise<Outcome> {
  const hash = createHash('sha1');
  const expected = createHash('sha1');
  for (let n = 0; n < count; n++) expected.update(Buffer.alloc(bytes, n));
  const path = `/stream?count=${count}&bytes=${bytes}&every=${every}`;
  const outcome = await wire.send({ path, onBody: (part) => hash.update(part) });
  const sum = expected.digest('hex');
  journal.note(outcome, () => (hash.digest('hex') === sum ? null : 'the stream arrived otherwise than sent'));
  return outcome;
}

/** Uploads of about a second, one behind the other on a kept connection. */
export function uploads(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('upload 4 MB in 1 s');
    await many(clients, () =>
      keep(run, journal, 'plain', between(0, 100), async (wire) => void (await upload(wire, journal, 40, 100_000, 20))),
    );
  };
}

/** Answers of about a second. */
export function streams(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('stream of 1 s');
    await many(clients, () =>
      keep(run, journal, 'plain', between(0, 100), async (wire) => void (await stream(wire, journal, 30, 5000, 30))),
    );
  };
}

/** Reads 1 MB with many pauses, so that the server's answer waits in its own process. */
export function slowReader(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('slow reader, 8 MB');
    await many(clients, async () => {
      while (!run.over()) {
        await once(run, journal, 'plain', async (wire) => {
          const timer = setInterval(() => {
            wire.socket.resume();
            setTimeout(() => wire.socket.pause(), 4);
          }, 20);
          await stream(wire, journal, 80, 100_000, 0);
          clearInterval(timer);
          wire.socket.resume();
        });
      }
    });
  };
}

/** Writes its request one byte at a time. */
export function slowWriter(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('slow writer, byte by byte');
    await many(clients, () =>
      keep(run, journal, 'plain', between(0, 100), async (wire) => {
        const outcome = wire.begin({});
        for (const byte of Buffer.from(headOf({}))) {
          if (wire.closed) break;
          wire.write(Buffer.of(byte));
          await wait(between(1, 12)());
        }
        journal.note(await outcome);
      }),
    );
  };
}
