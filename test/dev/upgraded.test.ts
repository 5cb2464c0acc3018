import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { after, START } from '../../dist/worker/frames.js';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import type { Project } from '../support/project.js';
import type { Where } from '../support/where.js';

const RESTART = '880203f4';

/** An app that upgrades by hand and writes a frame of 10 bytes one byte at a time, one every 60 ms, for ever. */
const BY_HAND = `import { createServer } from 'node:http';
import { version } from './version.ts';
const server = createServer((_request, response) => response.end(JSON.stringify({ version, pid: process.pid })));
server.on('upgrade', (request, socket) => {
  const protocol = String(request.headers.upgrade);
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: ' + protocol + '\\r\\n\\r\\n');
  const frame = Buffer.concat([Buffer.from([0x82, 10]), Buffer.alloc(10, 0x41)]);
  let at = 0;
  const timer = setInterval(() => socket.write(frame.subarray(at % 12, (at++ % 12) + 1)), 60);
  socket.on('error', () => {});
  socket.on('close', () => clearInterval(timer));
});
server.listen(0);
`;

const byHand = async (project: Project): Promise<void> => project.write('src/app.ts', BY_HAND);

/** Upgrades to \`protocol\` and gives all that comes behind the head until the end. */
async function upgrade(
  where: Where,
  protocol: string,
): Promise<{ readonly bytes: () => Buffer; readonly ended: Promise<unknown> }> {
  const socket = createConnection(where);
  let seen = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => (seen = Buffer.concat([seen, bytes])));
  await once(socket, 'connect');
  socket.write(`GET / HTTP/1.1\r\nHost: app\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
  await once(socket, 'data');
  return { bytes: () => seen.subarray(seen.indexOf('\r\n\r\n') + 4), ended: once(socket, 'end') };
}

test('frames are followed, however they are cut into writes', () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n';
  const long = Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]), Buffer.alloc(65_536)]);
  const medium = Buffer.concat([Buffer.from([0x82, 126, 1, 0]), Buffer.alloc(256)]);
  const masked = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 5, 6]);
  const bytes = Buffer.concat([
    Buffer.from(head),
    Buffer.from([0x81, 1, 0x41]),
    Buffer.from([0x89, 0]),
    medium,
    masked,
    long,
  ]);
  const borders = [0, 3, 2, 260, 8, 65_546].map(
    (_, i, sizes) => head.length + sizes.slice(0, i + 1).reduce((a, b) => a + b),
  );
  for (const step of [1, 2, 3, 7, 100, 1000, bytes.length]) {
    let place = START;
    for (let at = 0; at < bytes.length; at += step) {
      place = after(place, bytes.subarray(at, at + step));
      const done = Math.min(at + step, bytes.length);
      const border = place.tag === 'frame' && place.seen.length === 0;
      assert.equal(border, borders.includes(done), `${done} bytes in steps of ${step}`);
    }
  }
  assert.equal(after(START, Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')).tag, 'other');
});

test('at the deadline a WebSocket gets 1012 behind the frame that the app is writing', () =>
  withApp('websocket', { args: ['--drain', '1s'], before: byHand }, async ({ project, zdr }) => {
    const { bytes, ended } = await upgrade(zdr.where, 'websocket');
    await zdr.rollover(() => project.version(2));
    await zdr.event('cut-short', { generation: 1 });
    await ended;
    const all = bytes();
    assert.equal(all.subarray(-4).toString('hex'), RESTART);
    assert.equal((all.length - 4) % 12, 0, 'whole frames');
    for (let at = 0; at < all.length - 4; at += 12)
      assert.equal(all.toString('latin1', at, at + 12), '\x82\nAAAAAAAAAA');
    await zdr.event('drained', { generation: 1 });
  }));

test('an upgrade to something else gets no close frame', () =>
  withApp('websocket', { args: ['--drain', '1s'], before: byHand }, async ({ project, zdr }) => {
    const { bytes, ended } = await upgrade(zdr.where, 'something');
    await zdr.rollover(() => project.version(2));
    await ended;
    assert.equal(bytes().includes(Buffer.from(RESTART, 'hex')), false);
    await zdr.event('drained', { generation: 1 });
  }));

test('at the deadline a WebSocket over TLS gets 1012', () =>
  withApp('https', { args: ['--drain', '1s'] }, async ({ project, zdr }) => {
    const port = 'port' in zdr.where ? zdr.where.port : 0;
    const socket = new WebSocket(`wss://localhost:${port}/`, { rejectUnauthorized: false });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await zdr.rollover(() => project.version(2));
    assert.equal((await closed)[0], 1012);
    await zdr.event('drained', { generation: 1 });
  }));

test('at the deadline an event stream ends with its last chunk, and what the app writes then is no error', () =>
  withApp('sse', { args: ['--drain', '1s'] }, async ({ project, zdr }) => {
    await project.edit('src/app.ts', (text) =>
      text.replace("response.on('close', () => clearInterval(timer));", 'void timer;'),
    );
    await zdr.event('live', { generation: 2 });
    const connection = await Connection.open(zdr.where);
    let begun = false;
    const events = connection.send('/events', { onBody: () => (begun = true) });
    await zdr.until('the stream', () => begun);
    await zdr.rollover(() => project.version(3));
    const outcome = await events;
    assert.equal(outcome.tag, 'answered', JSON.stringify(outcome));
    connection.close();
    await zdr.event('drained', { generation: 2 });
    assert.deepEqual(zdr.lines, []);
  }));

const raw = async (project: Project): Promise<void> =>
  project.write(
    'src/app.ts',
    `import { createServer } from 'node:net';
import { version } from './version.ts';
createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (bytes) => socket.write(version + ': ' + bytes));
}).listen(0);
`,
  );

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return String((await once(socket, 'data'))[0]);
}

test('a raw socket stays', () =>
  withApp('http', { before: raw }, async ({ project, zdr }) => {
    const socket = createConnection(zdr.where);
    assert.equal(await ask(socket, 'a'), '1: a');
    await zdr.rollover(() => project.version(2));
    assert.equal(await ask(socket, 'b'), '1: b');
    socket.destroy();
    await zdr.event('drained', { generation: 1 });
  }));

test('a raw socket ends at the deadline', () =>
  withApp('http', { args: ['--drain', '1s'], before: raw }, async ({ project, zdr }) => {
    const socket = createConnection(zdr.where);
    assert.equal(await ask(socket, 'a'), '1: a');
    const closed = once(socket, 'close');
    await zdr.rollover(() => project.version(2));
    const { open } = await zdr.event('cut-short', { generation: 1 });
    assert.deepEqual(
      open.map(({ tag }) => tag),
      ['socket'],
    );
    assert.deepEqual(await closed, [false]);
  }));
