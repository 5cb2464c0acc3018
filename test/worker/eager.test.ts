import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { repository } from '../support/project.js';
import { statusOf } from '../support/status.js';

const place = join(repository, 'dist/worker');

/** What V8 tells of the functions of `main.js` in a process that loads `entry`, by kind. */
function toldOf(entry: string, log: string): Map<string, number> {
  const load = `process.send = () => true; import(${JSON.stringify(pathToFileURL(join(place, entry)).href)}).then(() => setImmediate(process.exit))`;
  const flags = ['--log-function-events', '--no-logfile-per-isolate', `--logfile=${log}`];
  const { status, stderr } = spawnSync(process.execPath, [...flags, '-e', load], {
    env: { ...process.env, NODE_UNIQUE_ID: '1' },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const events = readFileSync(log, 'utf8')
    .split('\n')
    .map((line) => line.split(','));
  const script = events.find(([kind, , file]) => kind === 'script-details' && file?.endsWith('/dist/worker/main.js'));
  const told = new Map<string, number>();
  for (const [kind, what = '', of] of events)
    if (kind === 'function' && of === script?.[1]) told.set(what, (told.get(what) ?? 0) + 1);
  return told;
}

test('a worker that nobody waits for has compiled all of its functions, any other one what it has called', () => {
  const logs = mkdtempSync(join(tmpdir(), 'zdr-eager-'));
  try {
    const usual = toldOf('main.js', join(logs, 'usual'));
    const eager = toldOf('main-eager.js', join(logs, 'eager'));
    // One by one, each when it was called first.
    assert.ok(Number(usual.get('parse-function')) > 0);
    assert.equal(eager.get('parse-function'), undefined);
    assert.ok(Number(eager.get('interpreter')) > 10 * Number(usual.get('interpreter')));
  } finally {
    rmSync(logs, { recursive: true });
  }
});

/** In a process of its own, since here most of it is loaded. */
const added = `import { readFileSync } from 'node:fs';
import 'node:v8';
process.send = () => true;
const [eager, main] = process.argv.slice(1);
const text = readFileSync(eager, 'utf8');
const names = /\\[[^\\]]*\\]/.exec(text)[0];
// Without its ES module.
for (const [, name] of text.matchAll(/getBuiltinModule\\("([^"]*)"\\)/g)) process.getBuiltinModule(name);
for (const name of JSON.parse(names.replace(/,\\s*]/, ']'))) await import('node:' + name);
const known = new Set(process.moduleLoadList);
await import(main);
console.log(JSON.stringify(process.moduleLoadList.filter((name) => !known.has(name))));
process.exit();
`;

test('what it needs of node is there before its code is compiled', () => {
  const files = ['main-eager.js', 'main.js'].map((file) => join(place, file));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', added, ...files], {
    env: { ...process.env, NODE_UNIQUE_ID: '1' },
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  const more = JSON.parse(stdout) as string[];
  // Of `import.meta`.
  assert.deepEqual(
    more.filter((name) => name !== 'NativeModule internal/modules/esm/initialize_import_meta'),
    [],
  );
});

test('a standby is such a worker, the first one of a start is not', () =>
  withApp('http', {}, async ({ project, zdr }) => {
    const [first, standby] = await zdr.until('a standby', async () => {
      const { generations, standbys } = await statusOf(project);
      const [worker] = generations.flatMap(({ workers }) => workers);
      const [idle] = standbys;
      return worker && idle ? [worker.pid, idle.pid] : null;
    });
    const commandOf = (pid: number | null): string | undefined =>
      zdr.processes().find((process) => process.pid === pid)?.command;
    assert.match(String(commandOf(first)), /\/dist\/worker\/main\.js/);
    assert.match(String(commandOf(standby)), /\/dist\/worker\/main-eager\.js/);
  }));
