import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { withApp } from '../support/app.js';
import { Connection, type Outcome } from '../support/connection.js';
import { gateOf } from '../support/gate.js';
import { bodyOf, get, request } from '../support/get.js';
import type { Project } from '../support/project.js';
import type { Where } from '../support/where.js';
import type { Zdr } from '../support/zdr.js';

/** Three saves, each answered, while something older goes on. */
async function threeRollovers(project: Project, zdr: Zdr): Promise<void> {
  for (const version of [2, 3, 4]) {
    await zdr.rollover(() => project.version(version));
    assert.equal((await get(zdr.where)).version, version);
  }
}

const urlOf = (where: Where): string =>
  'port' in where ? `ws://${where.host}:${where.port}/` : `ws+unix:${where.path}`;

test('a download goes on over three rollovers, byte for byte', () =>
  withApp('http', async ({ project, zdr }) => {
    const connection = await Connection.open(zdr.where);
    let begun = false;
    const gate = gateOf(project, '/download');
    const download = connection.send(`${gate.path}&chunks=25&every=20`, { onBody: () => (begun = true) });
    await zdr.until('the first byte', () => begun);
    await threeRollovers(project, zdr);
    await gate.open();
    const outcome = await download;
    connection.close();
    assert.ok(outcome.tag === 'answered', JSON.stringify(outcome));
    assert.equal(outcome.answer.headers.get('x-version'), '1');
    const expected = createHash('sha1');
    for (let i = 0; i < 25; i++) expected.update(Buffer.alloc(65_536, i));
    assert.equal(createHash('sha1').update(outcome.answer.body).digest('hex'), expected.digest('hex'));
    await zdr.event('drained', { generation: 1 });
  }));

test('an upload goes on over three rollovers, byte for byte', () =>
  withApp('uploads', async ({ project, zdr }) => {
    const connection = await Connection.open(zdr.where);
    const answer = connection.send('/', { method: 'POST', headers: ['Transfer-Encoding: chunked'] });
    const sent = createHash('sha1');
    let bytes = 0;
    const piece = (fill: number): void => {
      const chunk = Buffer.alloc(20_000, fill);
      sent.update(chunk);
      bytes += chunk.length;
      connection.write(Buffer.concat([Buffer.from('4e20\r\n'), chunk, Buffer.from('\r\n')]));
    };
    piece(0);
    for (const version of [2, 3, 4]) {
      await zdr.rollover(() => project.version(version));
      for (let i = 0; i < 10; i++) piece(version * 10 + i);
    }
    connection.write('0\r\n\r\n');
    const body = bodyOf(await answer);
    connection.close();
    assert.deepEqual([body.version, body.bytes, body.sha1], [1, bytes, sent.digest('hex')]);
  }));

test('an event stream goes on over three rollovers', () =>
  withApp('sse', async ({ project, zdr }) => {
    const connection = await Connection.open(zdr.where);
    let text = '';
    void connection.send('/events', { onBody: (bytes) => (text += bytes) });
    await zdr.until('the first event', () => text.includes('id: 0\n'));
    await threeRollovers(project, zdr);
    const upTo = text.length;
    await zdr.until('events after the rollovers', () => text.length > upTo + 100);
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    assert.deepEqual(
      ids,
      ids.map((_, i) => i),
      'no event is missing',
    );
    assert.deepEqual(new Set(text.match(/^data: .*$/gm)), new Set(['data: 1']));
    connection.close();
    await zdr.event('drained', { generation: 1 });
  }));

test('a WebSocket goes on over three rollovers, a new one meets the new version', () =>
  withApp('websocket', async ({ project, zdr }) => {
    const old = new WebSocket(urlOf(zdr.where));
    await once(old, 'open');
    const echo = async (socket: WebSocket, text: string): Promise<string> => {
      socket.send(text);
      return String((await once(socket, 'message'))[0]);
    };
    assert.equal(await echo(old, 'a'), '1: a');
    await threeRollovers(project, zdr);
    assert.equal(await echo(old, 'b'), '1: b');
    const next = new WebSocket(urlOf(zdr.where));
    await once(next, 'open');
    assert.equal(await echo(next, 'c'), '4: c');
    old.close();
    next.close();
    await zdr.event('drained', { generation: 1 });
  }));

test('several generations drain at once, each finishes its own', () =>
  withApp('http', async ({ project, zdr }) => {
    const gates = Array.from({ length: 4 }, () => gateOf(project));
    const slow: Promise<Outcome>[] = [];
    for (const [at, gate] of gates.entries()) {
      if (at > 0) await zdr.rollover(() => project.version(at + 1));
      slow.push(request(zdr.where, gate.path));
      await gate.begun();
    }
    for (const gate of gates) await gate.open();
    const bodies = (await Promise.all(slow)).map(bodyOf);
    assert.deepEqual(
      bodies.map(({ version }) => version),
      [1, 2, 3, 4],
    );
    assert.equal(new Set(bodies.map(({ pid }) => pid)).size, 4);
    for (const generation of [1, 2, 3]) await zdr.event('drained', { generation });
  }));

test('what drains for long is reported by name', () =>
  withApp('http', async ({ project, zdr }) => {
    const gate = gateOf(project);
    const slow = request(zdr.where, gate.path);
    await gate.begun();
    await zdr.rollover(() => project.version(2));
    const { open } = await zdr.event('draining', { generation: 1 });
    assert.deepEqual(
      open.map((one) => (one.tag === 'request' ? [one.method, one.path] : one)),
      [['GET', gate.path]],
    );
    await gate.open();
    bodyOf(await slow);
    await zdr.event('drained', { generation: 1 });
  }));

test('at the deadline WebSockets get 1012 and the rest is cut', () =>
  withApp('websocket', { args: ['--drain', '1s'] }, async ({ project, zdr }) => {
    const socket = new WebSocket(urlOf(zdr.where));
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await zdr.rollover(() => project.version(2));
    const { open } = await zdr.event('cut-short', { generation: 1 });
    assert.deepEqual(
      open.map(({ tag }) => tag),
      ['websocket'],
    );
    assert.equal((await closed)[0], 1012);
    await zdr.event('drained', { generation: 1 });
  }));

test('at the deadline a request that does not end is cut, and said', () =>
  withApp('http', { args: ['--drain', '1s'] }, async ({ project, zdr }) => {
    const slow = request(zdr.where, '/slow?ms=60000');
    await get(zdr.where);
    await zdr.rollover(() => project.version(2));
    const { open } = await zdr.event('cut-short', { generation: 1 });
    assert.deepEqual(
      open.map((one) => one.tag === 'request' && one.path),
      ['/slow?ms=60000'],
    );
    assert.equal((await slow).tag, 'failed');
    assert.equal((await get(zdr.where)).version, 2);
  }));

test("the app's SIGTERM handler runs after the drain", () =>
  withApp(
    'http',
    {
      before: (project) =>
        project.edit(
          'src/app.ts',
          (text) => `${text}
process.once('SIGTERM', () => {
  console.log('handler ran');
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
`,
        ),
    },
    async ({ project, zdr }) => {
      const gate = gateOf(project);
      const slow = request(zdr.where, gate.path);
      await gate.begun();
      await zdr.rollover(() => project.version(2));
      assert.equal(zdr.stdout, '');
      await gate.open();
      assert.equal(bodyOf(await slow).version, 1);
      await zdr.until('the handler', () => zdr.stdout === 'handler ran\n');
    },
  ));
