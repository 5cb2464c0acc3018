import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until, within } from '../support/deadline.js';
import { mark, processesOf } from '../support/processes.js';
import type { Results } from './results.js';

const main = fileURLToPath(new URL('main.js', import.meta.url));
let temp: string;
let output: string;

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'zdr-bench-test-'));
  output = '';
});
afterEach(() => rmSync(temp, { recursive: true, force: true }));

function start(...args: readonly string[]): ChildProcess {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...env, TMPDIR: temp },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return child;
}

test('a small run measures zdr and writes table and picture', async () => {
  const out = join(temp, 'out');
  const child = start('--quick', '--only', 'zdr', '--apps', 'express', '--out', out);
  const [code] = await within('the bench', once(child, 'exit'), 240_000);
  assert.equal(code, 0, output);
  const { tools } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  const app = tools[0]?.apps.express;
  assert.ok(app && 'saves' in app, output);
  for (const { live, failed, stale } of app.saves) {
    assert.ok(live !== null && live > 0, output);
    assert.deepEqual({ failed, stale }, { failed: 0, stale: 0 }, output);
  }
  assert.match(readFileSync(join(out, 'results.md'), 'utf8'), /\| \*\*zdr dev\*\* \| +[\d,.]+ \/ [\d,.]+ \|/);
  assert.match(readFileSync(join(out, 'picture.svg'), 'utf8'), /^<svg .*<\/svg>\n$/s);
  assert.deepEqual(readdirSync(temp), ['out'], 'no copy of an app is left');
});

const skip = existsSync('/proc/self/environ') ? false : 'looks into /proc';
test('interrupted, it ends what it started and removes its copies', { skip }, async () => {
  const child = start('--quick', '--only', 'zdr', '--apps', 'http');
  const run = await until('zdr runs', () => childrenOf(child.pid!).map(runOf).find(Boolean));
  await until('a worker runs', () => processesOf(run).length > 1);
  child.kill('SIGINT');
  await within('the end', once(child, 'exit'));
  await until(`nothing marked ${mark}=${run} lives`, () => processesOf(run).length === 0);
  assert.deepEqual(readdirSync(temp), []);
});

/** The mark that the bench gives to a process. */
function runOf(pid: number): string | undefined {
  try {
    return new RegExp(`${mark}=([^\\0]+)`).exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1];
  } catch {
    // It was a short one, and is gone.
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
}
