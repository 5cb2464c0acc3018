import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { withApp } from '../support/app.js';
import type { Where } from '../support/where.js';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

const browser = { accept: 'text/html', 'accept-encoding': 'gzip' };
const page = '<!doctype html><title>version 1</title><h1>version 1</h1>';
const tag = '<script src="/.zdr/live-reload.js" data-generation="1"></script>';

/** The first `enough` bytes, or the whole answer. */
function ask(
  where: Where,
  path: string,
  headers: http.OutgoingHttpHeaders,
  method = 'GET',
  until = '',
): Promise<Answer> {
  if (!('port' in where)) throw new Error('the app listens on no port');
  return new Promise((resolve, reject) => {
    const request = http.request({ port: where.port, path, headers, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const done = (): void =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (until === '' || !Buffer.concat(chunks).includes(until)) return;
        done();
        request.destroy();
      });
      response.once('end', done);
    });
    request.once('error', reject);
    request.end();
  });
}

test('HTML gets one script behind its end, however it is sent; its length stays right', () =>
  withApp('pages', { args: ['--live-reload'] }, async ({ zdr }) => {
    for (const path of ['/', '/length', '/head', '/list', '/pieces', '/compressed']) {
      const { status, headers, body } = await ask(zdr.where, path, browser);
      assert.equal(status, 200);
      assert.equal(body.toString(), page + tag, path);
      if (headers['content-length'] !== undefined) assert.equal(Number(headers['content-length']), body.length);
    }
    const { body } = await ask(zdr.where, '/nonce', browser);
    assert.equal(body.toString(), page + tag.replace('></', ' nonce="abc123="></'));
  }));

test('what is no page, and what cannot carry a script, stays as the app sends it; why is told once', () =>
  withApp('pages', { args: ['--live-reload'] }, async ({ zdr }) => {
    assert.equal((await ask(zdr.where, '/json', browser)).body.toString(), '{"version":1}');
    assert.equal((await ask(zdr.where, '/', { accept: '*/*' })).body.toString(), page);
    assert.equal((await ask(zdr.where, '/length', browser, 'HEAD')).headers['content-length'], String(page.length));
    assert.equal((await ask(zdr.where, '/empty', browser)).body.length, 0);
    for (let n = 0; n < 2; n += 1) {
      assert.equal(gunzipSync((await ask(zdr.where, '/always-compressed', browser)).body).toString(), page);
      assert.equal((await ask(zdr.where, '/strict', browser)).body.toString(), page);
    }
    await zdr.until('both are told', () => zdr.all('warning').length === 2);
    assert.match(zdr.all('warning')[0]!.message, /\/always-compressed/);
    assert.match(zdr.all('warning')[1]!.message, /\/strict/);
  }));

test('without the option nothing is added and nothing is answered', () =>
  withApp('pages', async ({ zdr }) => {
    assert.equal((await ask(zdr.where, '/', browser)).body.toString(), page);
    assert.equal((await ask(zdr.where, '/.zdr/live-reload.js', browser)).status, 404);
  }));

test('other origins are refused, and a foreign name sees no error', () =>
  withApp('pages', { args: ['--live-reload'] }, async ({ project, zdr }) => {
    for (const path of ['/.zdr/live-reload.js', '/.zdr/events'])
      assert.equal((await ask(zdr.where, path, { 'sec-fetch-site': 'cross-site' })).status, 403);
    await project.write('src/version.ts', 'export const version = ;');
    await zdr.event('build-failed');
    // At once, or as the next event where the worker has not heard of it yet.
    const own = await ask(zdr.where, '/.zdr/events', { host: 'localhost:3000' }, 'GET', 'Unexpected');
    assert.match(own.body.toString(), /"generation":1,"trouble":".*Unexpected/);
    const foreign = await ask(zdr.where, '/.zdr/events', { host: 'evil.example' }, 'GET', '}\n\n');
    assert.match(foreign.body.toString(), /"generation":1,"trouble":null/);
  }));
