import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { afterEach, test } from 'node:test';
import { withApp } from '../support/app.js';
import { until, within } from '../support/deadline.js';
import type { Where } from '../support/where.js';
import { apps } from './apps.js';
import { require, text } from './ask.js';

// Frameworks as their own starters have them: started, probed, edited, probed.

for (const [name, { fixture, entry, file, env = {}, before, needs, probe }] of Object.entries(apps))
  test(name, { skip: needs?.() === false }, () =>
    withApp(
      `frameworks/${fixture}`,
      { beside: 'test/frameworks', entry, env, ...(before === undefined ? {} : { before }) },
      async ({ project, zdr }) => {
        // NestJS connects to its database first: on a busy machine that takes longer than zdr waits for a server.
        await zdr.until('it listens', () => zdr.addresses.length > 0);
        await probe(zdr.where, 1);
        if (fixture === 'fastify')
          await project.write(
            'src/routes/later/index.ts',
            "export default async (fastify: any) => fastify.get('/', async () => 'a folder that came later');\n",
          );
        await zdr.rollover(() =>
          project.edit(file, (text) => text.replace(/(hello|World!|world|sdl|Awakening|example) 1/g, '$1 2')),
        );
        await probe(zdr.where, 2);
        assert.deepEqual(
          zdr.lines.filter((line) => /warning/i.test(line)),
          [],
        );
      },
    ),
  );

/** As far as it is used here. */
interface Client extends EventEmitter {
  readonly id: string;
  readonly connected: boolean;
  emitWithAck(event: string, message: string): Promise<string>;
  close(): void;
}

/** Open ones would keep this process. */
const clients = new Set<Client>();
afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
});

async function connect(where: Where, transport: string): Promise<Client> {
  const { io } = require('socket.io-client') as { io(url: string, options: object): Client };
  assert.ok('port' in where);
  const client = io(`http://127.0.0.1:${where.port}`, { transports: [transport], reconnectionDelay: 50 });
  clients.add(client);
  await within('the client connects', once(client, 'connect'));
  return client;
}

const edition = (content: string): string => content.replace('hello 1', 'hello 2');
const socketIo = { beside: 'test/frameworks', entry: 'src/index.ts' };

test('Socket.IO over WebSocket stays connected to the code that it began with, until that ends', () =>
  withApp('frameworks/socket.io', { ...socketIo, args: ['--drain', '2s'] }, async ({ project, zdr }) => {
    const old = await connect(zdr.where, 'websocket');
    const { id } = old;
    let reasons = '';
    old.on('disconnect', (reason: string) => (reasons += reason));
    assert.equal(await old.emitWithAck('chat message', 'a'), 'hello 1 a');
    await zdr.rollover(() => project.edit('src/greeting.ts', edition));
    assert.equal(await text(zdr.where, '/'), 'hello 2');
    assert.equal(await old.emitWithAck('chat message', 'b'), 'hello 1 b');
    const fresh = await connect(zdr.where, 'websocket');
    assert.equal(await fresh.emitWithAck('chat message', 'c'), 'hello 2 c');
    assert.deepEqual([old.connected, old.id, reasons], [true, id, '']);
    // At the deadline it is told to come again, and does so by itself.
    await until('it is on the new code', () => old.connected && old.id !== id);
    assert.equal(await old.emitWithAck('chat message', 'd'), 'hello 2 d');
    assert.equal(reasons, 'transport close');
  }));

test('Socket.IO over polling comes again by itself: its session was in the memory of the old code', () =>
  withApp('frameworks/socket.io', { ...socketIo, args: ['--drain', '2s'] }, async ({ project, zdr }) => {
    const client = await connect(zdr.where, 'polling');
    const { id } = client;
    assert.equal(await client.emitWithAck('chat message', 'a'), 'hello 1 a');
    await zdr.rollover(() => project.edit('src/greeting.ts', edition));
    // Its pending poll is under way and stays with the old code; what it sends is answered by the new, which does not know it.
    client.emit('chat message', 'b', () => {});
    await until('it is on the new code', () => client.connected && client.id !== id);
    assert.equal(await within('the answer', client.emitWithAck('chat message', 'c')), 'hello 2 c');
  }));
