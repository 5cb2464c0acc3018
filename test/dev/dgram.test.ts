import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { freeUdpPort, startStream } from '../support/datagrams.js';

// A UDP socket on a port of its own is handed on: what has arrived and was not read is read by the new code.

const kinds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'beside a server': { HTTP: '1' },
  'and nothing else': {},
  'bound exclusively': { EXCLUSIVE: '1' },
  'in a multicast group': { GROUP: '239.255.7.7' },
};

for (const [name, env] of Object.entries(kinds)) {
  test(`an app with a UDP socket ${name}, over 8 rollovers: no datagram lost, none answered by old code`, async () => {
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
  });
}
