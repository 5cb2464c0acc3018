import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { bodyOf, get } from '../support/get.js';

// Contexts (AsyncLocalStorage) and channels of diagnostics are the app's own: nothing of zdr's gets in, nothing gets lost.

const app = `
  import { AsyncLocalStorage, executionAsyncId, triggerAsyncId } from 'node:async_hooks';
  import dc from 'node:diagnostics_channel';
  import { createServer } from 'node:http';
  import { version } from './version.ts';
  const place = new AsyncLocalStorage<string>();
  const request = new AsyncLocalStorage<number>();
  const never = new AsyncLocalStorage<string>();
  const seen: string[] = [];
  dc.subscribe('http.server.request.start', (message) => seen.push((message as { request: { url: string } }).request.url));
  let count = 0;
  const server = createServer((_request, response) => {
    const before = [place.getStore(), request.getStore() ?? null, never.getStore() ?? null];
    request.run((count += 1), () => {
      setTimeout(() => {
        const after = [place.getStore(), request.getStore() === count, never.getStore() ?? null];
        const ids = executionAsyncId() > 0 && triggerAsyncId() > 0;
        response.end(JSON.stringify({ version, before, after, ids, seen: seen.splice(0) }));
      }, 1);
    });
  });
  place.run('where it listens', () => server.listen(0));
  process.on('SIGTERM', () => { console.log(place.getStore(), request.getStore()); process.exit(0); });
`;

test('handlers run in the context of listen, on new connections and on those that move; requests have their own', () =>
  withApp('http', { before: (project) => project.write('src/app.ts', app) }, async ({ project, zdr }) => {
    const kept = await Connection.open(zdr.where);
    for (let version = 1; version <= 4; version += 1) {
      if (version > 1) await zdr.rollover(() => project.version(version));
      const expected = {
        version,
        before: ['where it listens', null, null],
        after: ['where it listens', true, null],
        ids: true,
      };
      assert.deepEqual(bodyOf(await kept.send('/kept')), { ...expected, seen: ['/kept'] });
      assert.deepEqual(await get(zdr.where, '/new'), { ...expected, seen: ['/new'] });
    }
    kept.close();
    await zdr.stop();
    await zdr.read;
    assert.equal(zdr.stdout, 'undefined undefined\n'.repeat(4));
  }));
