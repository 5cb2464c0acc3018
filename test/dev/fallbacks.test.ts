import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { Connection } from '../support/connection.js';
import { gateOf } from '../support/gate.js';
import { bodyOf, get } from '../support/get.js';
import { assertSeamless, startLoad } from '../support/load.js';
import { SecureConnection } from '../support/secure.js';
import { Session } from '../support/session.js';

// Where node lacks what a move or a relay needs (here taken away by a test's variable), nothing fails. What is open at a
// save stays with the old code for at most one more answer, which says that it is the last there.

const IDLE = 20;

test('no connection can move: each gets one more answer of the old code at most, and none fails', () =>
  withApp('http', { env: { ZDR_TEST_WITHOUT: 'move' } }, async ({ project, zdr }) => {
    const connections = await Promise.all(Array.from({ length: IDLE }, () => Connection.open(zdr.where)));
    for (const connection of connections) bodyOf(await connection.send());
    const busy = await Connection.open(zdr.where);
    const gate = gateOf(project);
    const slow = busy.send(gate.path);
    await gate.begun();
    const { stdout } = await command(project, ['status', '--json']);
    const { fallbacks } = JSON.parse(stdout) as { readonly fallbacks: readonly { readonly name: string }[] };
    assert.equal(fallbacks.length, 1, 'said once');
    assert.match((await command(project, ['status'])).stdout, /▲ connections cannot move: old code gives each a last/);
    const begun = await Connection.open(zdr.where);
    const last = gateOf(project, '/download');
    let bytes = 0;
    const download = begun.send(`${last.path}&chunks=5&every=20`, { onBody: (chunk) => (bytes += chunk.length) });
    await zdr.until('the download', () => bytes > 0);
    const unused = await Connection.open(zdr.where);
    const fresh = startLoad(zdr.where, 'fresh', 4);
    const live = await zdr.rollover(() => project.version(2));
    fresh.live(2, live.at);
    for (const connection of [...connections, unused]) {
      const outcome = await connection.send();
      assert.equal(bodyOf(outcome).version, 1);
      assert.equal(outcome.tag === 'answered' && outcome.answer.headers.get('connection'), 'close');
    }
    await gate.open();
    const late = await slow;
    assert.equal(bodyOf(late).version, 1);
    assert.equal(late.tag === 'answered' && late.answer.headers.get('connection'), 'close');
    // Its head was sent before the save, so that the next answer is the one that says it.
    await last.open();
    assert.equal((await download).tag, 'answered');
    const after = await begun.send();
    assert.equal(after.tag === 'answered' && after.answer.headers.get('connection'), 'close');
    // One of these may have been open at the save, and not yet used: it has its last answer of the old code, as above.
    const totals = await fresh.stop();
    assert.deepEqual([totals.failed, totals.staleOnNew], [[], []]);
    await zdr.event('drained', { generation: 1 });
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('no connection can move: what only waits is ended by its keep-alive time-out', () =>
  withApp('http', { env: { ZDR_TEST_WITHOUT: 'move,relay' } }, async ({ project, zdr }) => {
    const connection = await Connection.open(zdr.where);
    bodyOf(await connection.send());
    await zdr.rollover(() => project.version(2));
    await zdr.event('drained', { generation: 1 });
    assert.equal(connection.closed, true);
  }));

test('no relay: TLS connections get one more answer of the old code at most, and none fails', () =>
  withApp('https', { env: { ZDR_TEST_WITHOUT: 'relay' } }, async ({ project, zdr }) => {
    const version = async (connection: SecureConnection): Promise<readonly [number, string | undefined]> => {
      const { answer } = await connection.send();
      return [JSON.parse(answer.body.toString()).version, answer.headers.get('connection')];
    };
    const connections = await Promise.all(Array.from({ length: IDLE }, () => SecureConnection.open(zdr.where)));
    const [unused, ...used] = connections;
    for (const connection of used) assert.equal((await version(connection))[0], 1);
    await zdr.rollover(() => project.version(2));
    for (const connection of connections) assert.deepEqual(await version(connection), [1, 'close']);
    assert.equal(unused!.ended, 'said close');
    await zdr.event('drained', { generation: 1 });
    for (let n = 0; n < IDLE; n++) {
      const next = await SecureConnection.open(zdr.where);
      assert.equal((await version(next))[0], 2);
      next.close();
    }
  }));

test('no relay: plain connections move as ever', () =>
  withApp('http', { env: { ZDR_TEST_WITHOUT: 'relay' } }, async ({ project, zdr }) => {
    const load = startLoad(zdr.where, 'keep-alive', 16);
    for (const version of [2, 3]) {
      const live = await zdr.rollover(() => project.version(version));
      load.live(version, live.at);
      const upTo = load.answered();
      await zdr.until('answers', () => load.answered() > upTo + 32);
    }
    const totals = await load.stop();
    assertSeamless(totals);
    assert.equal(totals.reconnects, 0);
  }));

test('no relay: an HTTP/2 session is asked to leave at the save, and its open stream ends on the old code', () =>
  withApp('http2', { env: { ZDR_TEST_WITHOUT: 'relay' } }, async ({ project, zdr }) => {
    const old = await Session.open(zdr.where, 'https');
    const gate = gateOf(project);
    const slow = old.send(gate.path);
    await gate.begun();
    await zdr.rollover(() => project.version(2));
    await zdr.until('the GOAWAY', () => old.over);
    await gate.open();
    assert.equal(JSON.parse((await slow).body.toString()).version, 1);
    const next = await Session.open(zdr.where, 'https');
    assert.equal(JSON.parse((await next.send()).body.toString()).version, 2);
    next.close();
    await zdr.event('drained', { generation: 1 });
  }));
