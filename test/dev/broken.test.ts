import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';
import { assertSeamless, startLoad } from '../support/load.js';
import type { Project } from '../support/project.js';
import { before, brokenSaves } from './broken-saves.js';

const prepare = (project: Project): Promise<void> => project.write('tsconfig.json', '{}\n');
/** What two failures for one reason may differ in: by the second one the file may be whole again, and there is no excerpt. */
const vary = new Set(['at', 'time', 'generation', 'text']);
const failures = ['build-failed', 'boot-failed'] as const;

for (const [name, { file, spoil, seen, first, boot = '10s' }] of Object.entries(brokenSaves)) {
  test(`${name}: what serves goes on serving`, () =>
    withApp('http', { args: ['--boot', boot], before: prepare }, async ({ project, zdr }) => {
      const good = await project.read(file);
      const load = startLoad(zdr.where, 'keep-alive', 4, 20);
      const since = zdr.now();
      await project.edit(file, spoil);
      const event = await zdr.until('the failure', () => failures.flatMap((type) => zdr.all(type, since))[0]);
      seen(event);
      assert.equal(event.live, 1);
      const upTo = load.answered();
      await zdr.until('answers after the failure', () => load.answered() > upTo + 20);
      assert.equal((await get(zdr.where)).version, 1);

      const live = await zdr.rollover(async () => {
        await project.version(2);
        await project.write(file, good);
      });
      load.live(2, live.at);
      assert.equal((await get(zdr.where)).version, 2);
      assertSeamless(await load.stop());
      assert.equal(
        new Set(
          failures
            .flatMap((type) => zdr.all(type, since))
            .map((event) => JSON.stringify(event, (key, value) => (vary.has(key) ? undefined : value))),
        ).size,
        1,
        'one reason',
      );
    }));

  if (first === false) continue;
  test(`${name}: at the first start zdr waits for the edit`, () =>
    withApp(
      'http',
      {
        args: ['--boot', boot],
        ready: false,
        before: async (project) => {
          await prepare(project);
          await project.write('good', await project.read(file));
          await project.edit(file, spoil);
        },
      },
      async ({ project, zdr }) => {
        const event = await zdr.until('the failure', () => failures.flatMap((type) => zdr.all(type))[0]);
        seen(event);
        assert.equal(event.live, null);
        await project.write(file, await project.read('good'));
        await zdr.event('ready');
        assert.equal((await get(zdr.where)).version, 1);
      },
    ));
}

test('one failure after the other, then a good save', () =>
  withApp('http', async ({ project, zdr }) => {
    const good = await project.read('src/app.ts');
    const load = startLoad(zdr.where, 'fresh', 4, 20);
    for (const line of [
      'const = ;',
      "throw new Error('one');",
      'const = = ;',
      "throw new Error('two');",
      'process.exit(3);',
    ]) {
      const since = zdr.now();
      await project.write('src/app.ts', before(line)(good));
      await zdr.until(`the failure of ${line}`, () => failures.some((type) => zdr.all(type, since).length > 0));
    }
    const live = await zdr.rollover(async () => {
      await project.version(2);
      await project.write('src/app.ts', good);
    });
    load.live(2, live.at);
    assertSeamless(await load.stop());
  }));

test('a boot that hangs gives way to the next save', () =>
  withApp('http', { args: ['--boot', '60s'] }, async ({ project, zdr }) => {
    const good = await project.read('src/app.ts');
    await project.write('src/app.ts', before("console.log('hangs'); for (;;);")(good));
    await zdr.until('the hanging boot', () => zdr.stdout.includes('hangs'));
    await zdr.rollover(async () => {
      await project.version(2);
      await project.write('src/app.ts', good);
    });
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('a port that another process holds is named with its holder', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  try {
    await withApp('http', async ({ project, zdr }) => {
      const load = startLoad(zdr.where, 'keep-alive', 4, 20);
      const since = zdr.now();
      await project.write('src/address.ts', `export const host = '127.0.0.1';\nexport const port = ${port};\n`);
      const failed = await zdr.event('boot-failed', {}, since);
      assert.equal(failed.reason.tag, 'threw');
      assert.equal(failed.reason.error.code, 'EADDRINUSE');
      assert.equal(failed.reason.error.message, `listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
      if (process.platform === 'linux') assert.equal(failed.reason.error.holder?.pid, process.pid);
      const live = await zdr.rollover(async () => {
        await project.version(2);
        await project.write('src/address.ts', 'export const host = undefined;\nexport const port = 0;\n');
      });
      load.live(2, live.at);
      assertSeamless(await load.stop());
    });
  } finally {
    holder.close();
  }
});

/** Runs `body` while another process, this one, holds a port. */
async function withHolder(body: (port: number) => Promise<void>): Promise<void> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  try {
    await body((holder.address() as { port: number }).port);
  } finally {
    holder.close();
  }
}

const onPort = (port: number) => `export const host = '127.0.0.1';\nexport const port = ${port};\n`;

// As Express 5 does it, which gives the error to the callback of `listen`.
const swallow = (project: Project, more = ''): Promise<void> =>
  project.edit('src/app.ts', (text) =>
    text.replace('server.listen', `server.on('error', () => {${more}});\nserver.listen`),
  );

test('an app that looks away when its port is taken, and ends: that is why it failed, at the first start too', () =>
  withHolder((port) =>
    withApp(
      'http',
      {
        ready: false,
        before: async (project) => {
          await swallow(project);
          await project.write('src/address.ts', onPort(port));
        },
      },
      async ({ project, zdr }) => {
        const refused = async (live: number | null, since: number): Promise<void> => {
          const { reason } = await zdr.event('boot-failed', { live }, since);
          assert.ok(reason.tag === 'threw' && reason.error.code === 'EADDRINUSE', JSON.stringify(reason));
          if (process.platform === 'linux') assert.equal(reason.error.holder?.pid, process.pid);
        };
        await refused(null, 0);
        assert.deepEqual(zdr.all('done'), []);
        await project.write('src/address.ts', onPort(0));
        await zdr.event('ready');
        const since = zdr.now();
        await project.write('src/address.ts', onPort(port));
        await refused(2, since);
        assert.equal((await get(zdr.where)).version, 1);
      },
    ),
  ));

test('two workers, and a port that is taken: told with its holder, at the first start and at a save', () =>
  withHolder((port) =>
    withApp(
      'http',
      { args: ['-w', '2'], ready: false, before: (project) => project.write('src/address.ts', onPort(port)) },
      async ({ project, zdr }) => {
        const { reason } = await zdr.event('boot-failed', { live: null });
        assert.ok(reason.tag === 'threw' && reason.error.code === 'EADDRINUSE', JSON.stringify(reason));
        await project.write('src/address.ts', onPort(0));
        const { generation, addresses } = await zdr.event('ready');
        assert.equal(addresses.length, 1);
        await project.write('src/address.ts', onPort(port));
        await zdr.event('boot-failed', { live: generation });
        assert.deepEqual(zdr.all('crashed'), []);
        assert.equal((await get(zdr.where)).version, 1);
      },
    ),
  ));

test('one that looks away and lives on has failed when its time is over', () =>
  withHolder((port) =>
    withApp('http', { args: ['--boot', '1s'] }, async ({ project, zdr }) => {
      await zdr.rollover(() => swallow(project, 'setInterval(() => {}, 1_000);'));
      await project.write('src/address.ts', onPort(port));
      const { reason } = await zdr.event('boot-failed', { live: 2 });
      assert.ok(reason.tag === 'threw' && reason.error.code === 'EADDRINUSE', JSON.stringify(reason));
    }),
  ));

test('one that takes another port goes live', () =>
  withHolder((port) =>
    withApp('http', async ({ project, zdr }) => {
      await zdr.rollover(() => swallow(project, 'server.listen(0);'));
      await project.version(2);
      await zdr.rollover(() => project.write('src/address.ts', onPort(port)));
      assert.deepEqual([...zdr.all('warning'), ...zdr.all('boot-failed')], []);
      // The first of the addresses was that of the version before.
      assert.equal((await get(zdr.addresses.at(-1)!)).version, 2);
    }),
  ));

test('one that runs without a server is told of as such', () =>
  withHolder((port) =>
    withApp(
      'http',
      {
        ready: false,
        before: async (project) => {
          await swallow(project, 'setInterval(() => {}, 1_000);');
          await project.write('src/address.ts', onPort(port));
        },
      },
      async ({ zdr }) => {
        assert.deepEqual((await zdr.event('ready')).addresses, []);
        const { message } = await zdr.event('warning');
        assert.match(message, /the app runs without a server: listen EADDRINUSE/);
      },
    ),
  ));

test('zdr has not yet taken the socket of an app that fails: the reason is told all the same', () =>
  withApp('http', async ({ project, zdr }) => {
    const [begun, go] = ['begun', 'go'].map((name) => join(dirname(project.temp), name)) as [string, string];
    const paths = JSON.stringify([begun, go]);
    await project.edit(
      'src/app.ts',
      (text) =>
        `import { existsSync, writeFileSync } from 'node:fs';\nconst [begun, go] = ${paths};\nwriteFileSync(begun!, String(process.pid));\nwhile (!existsSync(go!));\n${text.replace('server.listen(port, host)', "server.listen(go + '.sock', () => setTimeout(() => { throw new Error('said last'); }, 50))")}`,
    );
    const pid = Number(await zdr.until('it boots', () => readIf(begun)));
    zdr.signal('SIGSTOP');
    try {
      await writeFile(go, '');
      await zdr.until('it has ended', () => zdr.processes().every((one) => one.pid !== pid));
    } finally {
      zdr.signal('SIGCONT');
    }
    const { reason } = await zdr.event('boot-failed');
    assert.ok(reason.tag === 'threw' && reason.error.message === 'said last', JSON.stringify(reason));
  }));

const readIf = (file: string): string | null => (existsSync(file) && readFileSync(file, 'utf8')) || null;
