import { setTimeout as wait } from 'node:timers/promises';
import { ask, connect, type Run } from './client.js';
import type { Journal, Verdict } from './journal.js';
import { openJournal } from './journal.js';
import { stream, upload } from './profiles/bodies.js';
import { converse, follow } from './profiles/live.js';
import { type Stage, timeouts } from './stage.js';
import type { Outcome, Wire } from './wire.js';

/** So many rollovers must lie within what is under way for long. */
const ROLLOVERS = 3;

/** What is under way for ten seconds, over rollovers, each checked to the last byte. */
export async function across(stage: Stage): Promise<readonly Verdict[]> {
  const journals: Journal[] = [];
  const run: Run = {
    stage,
    over: () => false,
    journal(name, server = 'plain') {
      const journal = openJournal(name, timeouts[server]);
      journals.push(journal);
      return journal;
    },
  };
  await Promise.all([
    long(run, '10 s stream over 3 rollovers', (wire, journal) => stream(wire, journal, 100, 20_000, 100)),
    long(run, '100 MB upload over 3 rollovers', (wire, journal) => upload(wire, journal, 400, 250_000, 22)),
    long(run, '10 s event stream over 3 rollovers', (wire, journal) => follow(wire, journal, 100, 100)),
    converse(run, run.journal('10 s WebSocket over 3 rollovers'), 100, 98),
    waits(run),
    pipelined(run),
    (async () => {
      for (let n = 0; n <= ROLLOVERS; n++) {
        await wait(1500);
        await stage.roll();
      }
    })(),
  ]);
  return journals.map((journal) => journal.verdict(stage.lives));
}

async function long(
  run: Run,
  name: string,
  exchange: (wire: Wire, journal: Journal) => Promise<Outcome>,
): Promise<void> {
  const journal = run.journal(name);
  const wire = await connect(run, journal);
  if (wire === null) return;
  const outcome = await exchange(wire, journal);
  if (outcome.tag === 'answered') {
    const within = run.stage.lives.filter(({ at }) => at > outcome.sent.at && at < outcome.endedAt).length;
    if (within < ROLLOVERS) journal.fail(`only ${within} rollovers lay within it`);
    // The connection goes on, in new code.
    await ask(wire, journal);
  }
  wire.close();
}

/** Connections that only wait over several rollovers, far longer than headers may take: no 408, no end. */
async function waits(run: Run): Promise<void> {
  const journal = run.journal('idle 9 s over 4 rollovers', 'hasty');
  await Promise.all(
    [true, false].map(async (used) => {
      const wire = await connect(run, journal, 'hasty');
      if (wire === null) return;
      if (used) await ask(wire, journal);
      // One that never sent a byte gets node's own 408; here it is only to come through the handover.
      await wait(used ? 9000 : 700);
      if (wire.stray !== null) journal.fail(wire.stray);
      else if (wire.closed) journal.fail('closed while it waited');
      else await ask(wire, journal);
      wire.close();
    }),
  );
}

/** The exception: sent when new code is live, but behind a request of old code. */
async function pipelined(run: Run): Promise<void> {
  const journal = run.journal('pipelined behind old code');
  const wire = await connect(run, journal);
  if (wire === null) return;
  const first = wire.send({ path: '/slow?ms=4000&n=0' });
  const { lives } = run.stage;
  const before = lives.length;
  while (lives.length === before) await wait(20);
  const second = wire.send({ path: '/?n=1' });
  journal.note(await first);
  journal.note(await second);
  await ask(wire, journal);
  wire.close();
}
