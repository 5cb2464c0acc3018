import { setTimeout as wait } from 'node:timers/promises';
import { ask, between, keep, many, type Profile } from '../client.js';
import type { Outcome } from '../wire.js';

type Answered = Extract<Outcome, { tag: 'answered' }>;

/** The answer is that of the `n`th request. */
function inOrder(n: number): (outcome: Answered) => string | null {
  return ({ reply }) => (JSON.parse(reply.start.toString()).n === n ? null : `an answer in the place of number ${n}`);
}

/**
 * Several requests at once, further ones while the first is under way, and one alone behind them. The answers come in
 * order. The one exception to "nothing is stale": what is pipelined behind a request of the old code may be answered
 * by the old code. What is sent when nothing is pending may not.
 */
export function pipelining(clients: number): Profile {
  return async (run) => {
    const journal = run.journal('pipelining');
    await many(clients, () =>
      keep(run, journal, 'plain', between(0, 100), async (wire) => {
        const outcomes = [
          wire.send({ path: `/slow?ms=${Math.round(Math.random() * 200)}&n=0` }),
          wire.send({ path: '/?n=1' }),
          wire.send({ path: '/slow?ms=20&n=2' }),
        ];
        await wait(Math.random() * 150);
        outcomes.push(wire.send({ path: '/?n=3' }), wire.send({ path: '/?n=4' }));
        for (const [n, outcome] of (await Promise.all(outcomes)).entries()) journal.note(outcome, inOrder(n));
        if (!wire.closed) await ask(wire, journal);
      }),
    );
  };
}
