import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { withApp } from '../support/app.js';
import { type Gate, gateOf } from '../support/gate.js';
import { SecureConnection } from '../support/secure.js';
import { openLedger } from '../support/versions.js';
import type { Where } from '../support/where.js';

interface About {
  readonly version: number;
  readonly pid: number;
  readonly [more: string]: unknown;
}

const bodyOf = ({ answer }: { readonly answer: { readonly body: Buffer } }): About =>
  JSON.parse(answer.body.toString());

test('keep-alive clients over TLS, 12 rollovers: none failed, none stale', () =>
  withApp('https', async ({ project, zdr }) => {
    const ledger = openLedger();
    const stop = new AbortController();
    const client = async (number: number): Promise<void> => {
      let connection: SecureConnection | null = null;
      while (!stop.signal.aborted) {
        try {
          if (connection === null || connection.ended !== null) connection = await SecureConnection.open(zdr.where);
          const answered = await connection.send('/', number % 3 === 0 ? 'x'.repeat(number * 1000) : '');
          const { version, bytes, encrypted } = bodyOf(answered);
          assert.equal(bytes, number % 3 === 0 ? number * 1000 : 0);
          assert.equal(encrypted, true);
          ledger.answered(version, answered.sentAt);
        } catch (error) {
          ledger.failed(String(error));
          connection = null;
        }
        await wait(20 + number * 3);
      }
      connection?.close();
    };
    const clients = Promise.all(Array.from({ length: 24 }, (_, number) => client(number)));
    for (let version = 2; version <= 13; version++) {
      const upTo = ledger.count;
      const live = await zdr.rollover(() => project.version(version, 'rename over'));
      ledger.live(version, live.at);
      await zdr.until('answers', () => ledger.count >= upTo + 72);
    }
    stop.abort();
    await clients;
    ledger.assertSeamless();
  }));

test('a late request on an open connection is answered by the new code, which sees the client, and ends politely', () =>
  withApp('https', async ({ project, zdr }) => {
    const connection = await SecureConnection.open(zdr.where);
    const old = bodyOf(await connection.send());
    await zdr.rollover(() => project.version(2));
    const late = await connection.send('/', 'hello');
    const now = bodyOf(late);
    assert.deepEqual([now.version, now.bytes], [2, 5]);
    assert.notEqual(now.pid, old.pid);
    for (const name of ['encrypted', 'authorized', 'protocol', 'remoteAddress', 'remotePort', 'localPort']) {
      assert.equal(now[name], old[name], name);
    }
    assert.equal(late.answer.headers.get('connection'), 'close');
    await zdr.until('the end', () => connection.socket.closed);
    await zdr.until('the old worker is gone', () => zdr.processes().every(({ pid }) => pid !== old.pid));
  }));

test('pipelined late requests are all answered', () =>
  withApp('https', async ({ project, zdr }) => {
    const connection = await SecureConnection.open(zdr.where);
    await connection.send();
    await zdr.rollover(() => project.version(2));
    connection.socket.cork();
    const answers = Promise.all([connection.send(), connection.send('/?ms=100'), connection.send()]);
    connection.socket.uncork();
    assert.deepEqual(
      (await answers).map((answered) => bodyOf(answered).version),
      [2, 2, 2],
    );
    // It goes on with the next generation too.
    await zdr.rollover(() => project.version(3));
    assert.equal(bodyOf(await connection.send()).version, 3);
    connection.close();
    await zdr.until('only one generation is left', () => zdr.all('drained').length === zdr.all('live').length);
  }));

test('a request under way ends on the old code, the next one is answered by the new', () =>
  withApp('https', async ({ project, zdr }) => {
    const follow = async (gate: Gate): Promise<readonly number[]> => {
      const connection = await SecureConnection.open(zdr.where);
      const slow = bodyOf(await connection.send(gate.path)).version;
      return [slow, bodyOf(await connection.send()).version];
    };
    const gates = Array.from({ length: 30 }, () => gateOf(project, '/'));
    const all = Promise.all(gates.map(follow));
    for (const gate of gates) await gate.begun();
    await zdr.rollover(() => project.version(2));
    for (const gate of gates) await gate.open();
    assert.deepEqual(
      await all,
      Array.from({ length: 30 }, () => [1, 2]),
    );
  }));

test('a connection whose handshake ends only after the handover is served by the new code', () =>
  withApp('https', async ({ project, zdr }) => {
    const { host, port } = zdr.where as Extract<Where, { port: number }>;
    const { createConnection } = await import('node:net');
    const raw = createConnection({ host, port });
    await once(raw, 'connect');
    // The old generation has accepted it by now: an answer came later on another connection.
    bodyOf(await (await SecureConnection.open(zdr.where)).send());
    await zdr.rollover(() => project.version(2));
    const socket = connect({ socket: raw, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.write('GET / HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n');
    let text = '';
    socket.on('data', (bytes) => (text += bytes));
    await once(socket, 'end');
    assert.match(text, /"version":2/);
  }));

test('an idle connection does not keep the old worker longer than the keep-alive time-out', () =>
  withApp('https', async ({ project, zdr }) => {
    const connection = await SecureConnection.open(zdr.where);
    const { pid } = bodyOf(await connection.send());
    await zdr.rollover(() => project.version(2));
    await zdr.until('the old worker is gone', () => zdr.processes().every((found) => found.pid !== pid));
    assert.equal(connection.ended, 'ended by the server');
  }));

test('a TLS session is resumed with the next generation', () =>
  withApp('https', async ({ project, zdr }) => {
    const connection = await SecureConnection.open(zdr.where);
    const ticket = once(connection.socket, 'session');
    bodyOf(await connection.send());
    const [session] = (await ticket) as [Buffer];
    connection.close();
    await zdr.rollover(() => project.version(2));
    const next = await SecureConnection.open(zdr.where, session);
    const about = bodyOf(await next.send());
    assert.deepEqual([about.version, about.resumed], [2, true]);
    next.close();
  }));

test('a WebSocket over TLS stays, a late one on an open connection meets the new code', () =>
  withApp('https', async ({ project, zdr }) => {
    const { port } = zdr.where as Extract<Where, { port: number }>;
    const url = `wss://localhost:${port}/`;
    const echo = async (socket: WebSocket, text: string): Promise<string> => {
      socket.send(text);
      return String((await once(socket, 'message'))[0]);
    };
    const old = new WebSocket(url, { rejectUnauthorized: false });
    await once(old, 'open');
    const idle = connect({ port, host: 'localhost', rejectUnauthorized: false });
    await once(idle, 'secureConnect');
    await zdr.rollover(() => project.version(2));
    assert.equal(await echo(old, 'a'), '1: a');
    const late = new WebSocket(url, { createConnection: () => idle });
    await once(late, 'open');
    assert.equal(await echo(late, 'b'), '2: b');
    old.close();
    late.close();
    await Promise.all([once(old, 'close'), once(late, 'close')]);
  }));
