import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { bodyOf } from '../support/get.js';
import type { Zdr } from '../support/zdr.js';

/** An app that serves once and can never boot again: a respawn finds the file that its predecessor left. */
const once = `
  import { createServer } from 'node:http';
  import { existsSync, writeFileSync } from 'node:fs';
  import { version } from './version.ts';
  if (existsSync('ran-' + version)) throw new Error('no <second> start & none after');
  createServer((request, response) => {
    if (request.url === '/crash') { writeFileSync('ran-' + version, ''); process.exit(3); }
    response.end(JSON.stringify({ version, pid: process.pid }));
  }).listen(0);
`;

async function crashForGood(zdr: Zdr): Promise<void> {
  const connection = await Connection.open(zdr.where);
  await connection.send('/crash');
  await zdr.until('zdr waits for an edit', () => zdr.all('crashed').some(({ pause }) => pause === null));
}

const ask = async (
  zdr: Zdr,
  accept: string,
  host = 'localhost',
): Promise<{ status: number; type: string; retry: string; body: string }> => {
  const connection = await Connection.open(zdr.where);
  const outcome = await connection.send('/any', { headers: [`Host: ${host}`, `Accept: ${accept}`] });
  connection.close();
  assert.equal(outcome.tag, 'answered', JSON.stringify(outcome));
  const { status, headers, body } = outcome.answer;
  return {
    status,
    type: headers.get('content-type') ?? '',
    retry: headers.get('retry-after') ?? '',
    body: body.toString(),
  };
};

test('an app that cannot run: clients get a 503 with the error, as they accept it', () =>
  withApp('http', { before: (project) => project.write('src/app.ts', once) }, async ({ project, zdr }) => {
    await crashForGood(zdr);
    const page = await ask(zdr, 'text/html,*/*');
    assert.equal(page.status, 503);
    assert.equal(page.retry, '1');
    assert.match(page.type, /^text\/html/);
    assert.match(page.body, /no &lt;second&gt; start &amp; none after/);
    assert.doesNotMatch(page.body, /no <second>/);
    assert.match(page.body, /src\/app\.ts:\d+/);
    const json = await ask(zdr, 'application/json');
    assert.match(JSON.parse(json.body).detail, /no <second> start/);
    assert.match((await ask(zdr, '*/*')).type, /^text\/plain/);

    for (const own of ['localhost:3000', 'app.localhost', '127.0.0.1:3000', '[::1]'])
      assert.match((await ask(zdr, '*/*', own)).body, /no <second> start/, own);
    // Names that a page of somebody else can let point here.
    for (const foreign of ['evil.example', 'localhost.evil.example:3000', '127.0.0.1.evil.example']) {
      const { status, body } = await ask(zdr, 'text/html', foreign);
      assert.equal(status, 503);
      assert.doesNotMatch(body, /second|src\/app/, foreign);
    }

    const kept = await Connection.open(zdr.where);
    const refused = await kept.send('/');
    assert.ok(refused.tag === 'answered' && refused.answer.status === 503);
    await zdr.rollover(() => project.version(2));
    assert.equal(bodyOf(await kept.send('/')).version, 2, 'the same connection, now the new version');
    kept.close();
  }));

test('an app that crashes for a reason that nobody knows: clients wait, and go to the next good version', () =>
  withApp('http', async ({ project, zdr }) => {
    for (let n = 0; n < 3; n += 1) {
      const since = zdr.now();
      const connection = await Connection.open(zdr.where);
      await connection.send('/crash');
      connection.close();
      await zdr.event('crashed', {}, since);
    }
    const early = await Connection.open(zdr.where);
    const answer = early.send('/');
    await project.write('src/version.ts', 'export const version = 2;\n');
    assert.equal(bodyOf(await answer).version, 2);
    early.close();
  }));

test('nobody comes back in 10 s: plain HTTP clients are told so, and go on to the next good version', () =>
  withApp('http', async ({ project, zdr }) => {
    for (let n = 0; n < 3; n += 1) {
      const since = zdr.now();
      const connection = await Connection.open(zdr.where);
      await connection.send('/crash');
      connection.close();
      await zdr.event('crashed', {}, since);
    }
    const client = await Connection.open(zdr.where);
    const outcome = await client.send('/');
    if (outcome.tag !== 'answered') assert.fail(JSON.stringify(outcome));
    assert.equal(outcome.answer.status, 503);
    assert.match(outcome.answer.body.toString(), /^#1 crashed 3 times in 10 s/);
    assert.ok(outcome.endedAt - outcome.sentAt > 5_000, 'it was held for a while');
    await project.write('src/version.ts', 'export const version = 2;\n');
    await zdr.event('live', { generation: 2 });
    assert.equal(bodyOf(await client.send('/')).version, 2);
    client.close();
  }));

/** An address of this machine that is not a loopback one. */
const [outer] = Object.values(networkInterfaces()).flatMap((all) =>
  (all ?? []).flatMap(({ internal, family, address }) => (internal || family !== 'IPv4' ? [] : address)),
);

test(
  'a client that comes by another address than a loopback one gets no details',
  { skip: outer === undefined ? 'this machine has no other address' : false },
  () =>
    withApp('http', { before: (project) => project.write('src/app.ts', once) }, async ({ zdr }) => {
      await crashForGood(zdr);
      const { where } = zdr;
      assert.ok('port' in where);
      const connection = await Connection.open({ ...where, host: outer! });
      const outcome = await connection.send('/any', { headers: ['Accept: application/json'] });
      connection.close();
      if (outcome.tag !== 'answered') assert.fail(JSON.stringify(outcome));
      assert.deepEqual(JSON.parse(outcome.answer.body.toString()), { error: 'the app is not running', detail: '' });
    }),
);
