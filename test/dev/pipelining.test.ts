import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { type Outcome, Wire } from '../torture/wire.js';

function versionOf(outcome: Outcome): number {
  assert.equal(outcome.tag, 'answered', JSON.stringify(outcome));
  return JSON.parse(outcome.reply.start.toString()).version;
}

// The one exception to "nothing is stale": the old code has read them before the save, behind a request of its own.
test('requests that were pipelined behind a pending one are answered by the old code, in order; the next by the new', () =>
  withApp('http', async ({ project, zdr }) => {
    const wire = await Wire.open(zdr.where);
    const pipelined = [wire.send({ path: '/slow?ms=1500' }), wire.send(), wire.send({ path: '/slow?ms=10' })];
    await zdr.rollover(() => project.version(2));
    // Sent to live new code, but behind what is pending: whoever answers, nothing is lost and nothing overtakes.
    const late = [wire.send(), wire.send()];
    const outcomes = await Promise.all([...pipelined, ...late]);
    const versions = outcomes.map(versionOf);
    assert.deepEqual(versions.slice(0, 3), [1, 1, 1]);
    assert.deepEqual(versions, versions.toSorted());
    const ends = outcomes.map((outcome) => (outcome.tag === 'answered' ? outcome.endedAt : 0));
    assert.deepEqual(
      ends,
      ends.toSorted((a, b) => a - b),
    );
    assert.equal(wire.closed, false);
    assert.equal(versionOf(await wire.send()), 2);
    wire.close();
  }));
