import type { Profile, Run } from './client.js';
import { type Journal, openJournal, type Verdict } from './journal.js';
import { expect, post, slowReader, slowWriter, streams, uploads } from './profiles/bodies.js';
import { eventStreams, webSockets } from './profiles/live.js';
import { pipelining } from './profiles/pipeline.js';
import { fresh, head, kept, slow } from './profiles/plain.js';
import { sessions } from './profiles/streams.js';
import { type Stage, timeouts } from './stage.js';

/** All profiles that run side by side. */
export function everything(crowd: number): readonly Profile[] {
  return [
    fresh(6),
    kept('kept, no time to think', 2, 0, 0),
    kept('kept, 5 ms', 8, 4, 6),
    kept('kept, 200 ms', 64, 150, 250),
    kept('kept, at the time-out of 1 s', 60, 900, 1100, 'brief'),
    kept(`${crowd} kept, 1 to 4 s`, crowd, 1000, 4000, 'hasty'),
    kept('kept, unix socket', 8, 10, 60, 'unix'),
    fresh(2, 'unix'),
    slow(8),
    head(3),
    post(3, 200_000),
    expect(3),
    uploads(1),
    streams(2),
    eventStreams(3),
    webSockets(3),
    pipelining(4),
    slowReader(1),
    slowWriter(8),
    fresh(1, 'secure'),
    kept('TLS kept, 5 ms', 4, 4, 6, 'secure'),
    kept('TLS kept, 200 ms', 16, 150, 250, 'secure'),
    sessions('h2, 4 streams side by side', 'h2', 3, 4, 5, 30),
    sessions('h2, 2 to 5 s between streams', 'h2', 8, 1, 2000, 5000),
    sessions('h2c, 4 streams side by side', 'h2c', 3, 4, 5, 30),
    sessions('h2c, 2 to 5 s between streams', 'h2c', 8, 1, 2000, 5000),
  ];
}

/** What a control without the handover gets. */
export function few(): readonly Profile[] {
  return [fresh(4), kept('kept, 5 ms', 8, 4, 6), kept('kept, 200 ms', 64, 150, 250), slow(8), post(2, 200_000)];
}

/** Runs the profiles side by side for as long as `body` takes. */
export async function mix(
  stage: Stage,
  profiles: readonly Profile[],
  body: (answered: () => number) => Promise<void>,
): Promise<readonly Verdict[]> {
  const journals: Journal[] = [];
  let over = false;
  const run: Run = {
    stage,
    over: () => over,
    journal(name, server = 'plain') {
      const journal = openJournal(name, timeouts[server]);
      journals.push(journal);
      return journal;
    },
  };
  const all = Promise.all(profiles.map((profile) => profile(run)));
  try {
    await Promise.race([body(() => journals.reduce((sum, { count }) => sum + count(), 0)), all]);
  } finally {
    over = true;
  }
  await all;
  return journals.map((journal) => journal.verdict(stage.lives));
}
