import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { withApp } from '../support/app.js';
import { freeUdpPort, noReusePort, startStream } from '../support/datagrams.js';
import { bodyOf, get, request } from '../support/get.js';

// A UDP socket on a port of its own is handed on: what has arrived and was not read is read by the new code.

const kinds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'beside a server': { HTTP: '1' },
  'and nothing else': {},
  'bound exclusively': { EXCLUSIVE: '1' },
  'in a multicast group': { GROUP: '239.255.7.7' },
  'that is closed and bound again': { TWICE: '1' },
  'that shares its port (reusePort)': { REUSE_PORT: '1' },
};

for (const [name, env] of Object.entries(kinds)) {
  test(
    `an app with a UDP socket ${name}, over 8 rollovers: no datagram lost, none answered by old code`,
    {
      skip: 'REUSE_PORT' in env && noReusePort,
    },
    async () => {
      const port = await freeUdpPort();
      await withApp('udp', { env: { ...env, PORT: String(port) } }, async ({ project, zdr }) => {
        const stream = await startStream(port);
        for (let version = 2; version <= 9; version++) {
          const upTo = stream.answered();
          const live = await zdr.rollover(() => project.version(version));
          stream.live(version, live.at);
          await zdr.until('answers', () => stream.answered() >= upTo + 50);
        }
        const { sent, lost, stale } = await stream.stop();
        assert.deepEqual({ lost: lost.length, stale }, { lost: 0, stale: [] }, `${lost.length} of ${sent} lost`);
      });
    },
  );
}

test('two workers share the socket, over 4 rollovers', async () => {
  const port = await freeUdpPort();
  await withApp('udp', { env: { PORT: String(port) }, args: ['-w', '2'] }, async ({ project, zdr }) => {
    const stream = await startStream(port);
    for (let version = 2; version <= 5; version++) {
      const upTo = stream.answered();
      const live = await zdr.rollover(() => project.version(version));
      stream.live(version, live.at);
      await zdr.until('answers', () => stream.answered() >= upTo + 50);
    }
    const { lost, stale } = await stream.stop();
    assert.deepEqual({ lost: lost.length, stale }, { lost: 0, stale: [] });
  });
});

test('a worker that exits: what has arrived and was not read is answered by the next one', async () => {
  const port = await freeUdpPort();
  await withApp('udp', { env: { PORT: String(port) } }, async ({ zdr }) => {
    const stream = await startStream(port);
    await zdr.until('answers', () => stream.answered() > 20);
    const killer = createSocket('udp4');
    killer.send('exit', port, '127.0.0.1');
    await zdr.event('respawned');
    killer.close();
    const { lost } = await stream.stop();
    assert.equal(lost.length, 0);
  });
});

test("the answer to a client's socket comes to the code that has asked", async () => {
  const other = createSocket('udp4').bind(0, '127.0.0.1');
  await once(other, 'listening');
  const asked = once(other, 'message');
  const port = await freeUdpPort();
  try {
    await withApp('udp', { env: { PORT: String(port), HTTP: '1' } }, async ({ project, zdr }) => {
      const http = zdr.all('ready')[0]!.addresses.find(({ protocol }) => protocol === 'http');
      assert.ok(http?.kind === 'tcp');
      const outcome = request(http, `/?ask=${other.address().port}`);
      const [, from] = await asked;
      await zdr.rollover(() => project.version(2));
      assert.equal((await get(http)).version, 2);
      other.send('the answer', from.port, from.address);
      const { version, ...more } = bodyOf(await outcome);
      assert.deepEqual([version, more['text']], [1, 'the answer']);
    });
  } finally {
    other.close();
  }
});

test('a port that the new code does not bind any more is free', async () => {
  const port = await freeUdpPort();
  await withApp('udp', { env: { PORT: String(port) } }, async ({ project, zdr }) => {
    await zdr.rollover(() =>
      project.write(
        'src/app.ts',
        `import { createServer } from 'node:http'; createServer((_request, response) => response.end()).listen(0);`,
      ),
    );
    await zdr.until('the port is free', async () => {
      const socket = createSocket('udp4').bind(port, '127.0.0.1');
      const free = await new Promise<boolean>((resolve) => {
        socket.once('listening', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      socket.close();
      return free;
    });
  });
});
