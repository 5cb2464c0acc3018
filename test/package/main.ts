import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { until } from '../support/deadline.js';
import { repository } from '../support/project.js';

/**
 * `npm run test:package`: packs zdr, installs the packed file into a fresh Express project with npm and pnpm, without
 * install scripts, and uses it there as a person would. Needs a registry.
 */

const place = mkdtempSync(join(tmpdir(), 'zdr-package-'));

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

function run(command: string, args: readonly string[], cwd: string): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, CI: '1' },
  });
  return { code: status, out: `${stdout}${stderr}` };
}

function must(command: string, args: readonly string[], cwd: string): string {
  const { code, out } = run(command, args, cwd);
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${out}`);
  return out;
}

/** The packed file, and what is in it. */
function pack(): { readonly file: string; readonly names: readonly string[] } {
  must('npm', ['pack', '--pack-destination', place], repository);
  const name = readdirSync(place).find((entry) => entry.endsWith('.tgz'));
  assert.ok(name);
  const file = join(place, name);
  const names = must('tar', ['tzf', file], place).trim().split('\n');
  return { file, names: names.map((entry) => entry.replace(/^package\//, '')).sort() };
}

/** Every declaration that the two entries reach, and no other; no source, no test, no stale file. */
function holdsWhatIsNeeded(names: readonly string[]): void {
  const declarations = new Set<string>();
  const follow = (file: string): void => {
    if (declarations.has(file)) return;
    declarations.add(file);
    for (const [, path] of readFileSync(join(repository, file), 'utf8').matchAll(/from '(\.[^']+)'/g))
      follow(posix.join(dirname(file), path!.replace(/\.js$/, '.d.ts')));
  };
  follow('dist/index.d.ts');
  follow('dist/app.d.ts');
  const inDist = (folder: string): readonly string[] =>
    readdirSync(join(repository, 'dist', folder)).map((file) => `dist/${folder}/${file}`);
  const entries = [
    'app',
    'index',
    'worker/inspect/relay',
    'worker/late/enter',
    'worker/late/hooks',
    'worker/main',
    'worker/main-eager',
  ];
  const code = [...entries.map((entry) => `dist/${entry}.js`), ...inDist('worker/chunks')];
  const begin = ['bin/package.json', 'bin/zdr.js', 'dist/cli/begin.cjs', 'dist/cli/main.cjs'];
  const wanted = [...begin, 'CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...declarations, ...code];
  assert.deepEqual(names, wanted.sort());
}

const app = (version: number): string => `import express from 'express';
import { onDrain, generation } from 'zdr/app';
const app = express();
onDrain(() => console.log('drain', generation()));
app.get('/', (_request, response) => void response.json({ version: ${version} }));
app.listen(0, '127.0.0.1');
`;

function project(name: string): string {
  const folder = join(place, name);
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  writeFileSync(join(folder, 'src/app.ts'), app(1));
  writeFileSync(
    join(folder, 'zdr.config.ts'),
    "import { defineConfig } from 'zdr';\nexport default defineConfig({ entry: 'src/app.ts' });\n",
  );
  writeFileSync(
    join(folder, 'program.mjs'),
    `import { dev } from 'zdr';
     const zdr = await dev();
     const { addresses } = await zdr.ready();
     console.log('ready', addresses.length);
     await zdr.close();`,
  );
  return folder;
}

/** Serves, rolls over, stops. */
async function works(folder: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const [program = '', ...args] = command;
  const child: ChildProcess = spawn(program, [...args, 'dev', '--json'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (out += text));
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const seen = (type: string): Promise<Record<string, never>> =>
    until(
      `${command.join(' ')}: ${type}\n${out}`,
      () =>
        out
          .split('\n')
          .flatMap((line) => (line.startsWith(`{"time"`) ? [JSON.parse(line)] : []))
          .find((event) => event.type === type),
      60_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${out}`);
    });
  try {
    writeFileSync(join(folder, 'src/app.ts'), app(1));
    const { addresses } = (await seen('ready')) as unknown as { addresses: { port: number }[] };
    assert.equal(await version(addresses[0]!.port), 1);
    writeFileSync(join(folder, 'src/app.ts'), app(2));
    await seen('live');
    assert.equal(await version(addresses[0]!.port), 2);
    await until('onDrain', () => out.includes('drain 1'));
  } finally {
    child.kill('SIGTERM');
  }
  assert.equal(await exit, 0, out);
}

function version(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () => resolve(JSON.parse(body).version));
    }).on('error', reject);
  });
}

/** A package with all that it depends on. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  const { file, names } = pack();
  holdsWhatIsNeeded(names);
  tell(`the packed file holds ${names.length} files, ${Math.round(statSync(file).size / 1000)} kB`);

  const alone = join(place, 'alone');
  mkdirSync(alone);
  writeFileSync(join(alone, 'package.json'), '{"private":true}');
  must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', file], alone);
  const lock = JSON.parse(readFileSync(join(alone, 'package-lock.json'), 'utf8')) as { packages: object };
  const installed = Object.keys(lock.packages).filter((path) => path !== '' && existsSync(join(alone, path)));
  tell(
    `installs ${installed.length} packages, ${(sizeOf(join(alone, 'node_modules')) / 1e6).toFixed(1)} MB: ${installed.map((path) => path.replace('node_modules/', '')).join(', ')}`,
  );

  const npm = project('with-npm');
  must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', 'express@5'], npm);
  must('npm', ['install', '--save-dev', '--ignore-scripts', '--no-audit', '--no-fund', file], npm);
  await works(npm, ['node_modules/.bin/zdr']);
  await works(npm, [process.execPath, 'node_modules/zdr/bin/zdr.js']);
  tell('npm, without install scripts: zdr dev serves, rolls over, stops');
  assert.match(must(process.execPath, ['program.mjs'], npm), /^ready 1\n/);
  tell('npm: dev() serves and closes');
  writeFileSync(
    join(npm, 'types.ts'),
    "import { dev, defineConfig } from 'zdr';\nimport { ready } from 'zdr/app';\nready();\nexport default defineConfig({ drain: '1s' });\nexport const run = () => dev({ entry: 'src/app.ts' });\n",
  );
  const tsc = join(repository, 'node_modules/.bin/tsc');
  must('npm', ['install', '--save-dev', '--ignore-scripts', '--no-audit', '--no-fund', '@types/node@20'], npm);
  must(
    tsc,
    ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--types', 'node', 'types.ts'],
    npm,
  );
  tell('npm: the types compile, without skipLibCheck');
  const flag = Number(process.versions.node.split('.')[0]) < 23 ? '--experimental-permission' : '--permission';
  const permitted = [
    process.execPath,
    flag,
    '--allow-fs-read=*',
    '--allow-fs-write=*',
    '--allow-child-process',
    '--allow-worker',
    '--no-warnings',
  ];
  const native =
    spawnSync(process.execPath, [...permitted.slice(1), '--allow-addons', '-e', '0']).status === 0
      ? ['--allow-addons']
      : [];
  await works(npm, [...permitted, ...native, 'node_modules/zdr/bin/zdr.js']);
  tell(`npm: under node's ${flag}, with files and child processes allowed`);

  const pnpm = project('with-pnpm');
  const tool = ['--yes', 'pnpm@10', '--ignore-workspace'];
  must('npx', [...tool, 'add', '--ignore-scripts', 'express@5'], pnpm);
  must('npx', [...tool, 'add', '--save-dev', '--ignore-scripts', file], pnpm);
  await works(pnpm, ['node_modules/.bin/zdr']);
  assert.match(must(process.execPath, ['program.mjs'], pnpm), /^ready 1\n/);
  tell('pnpm, without install scripts: zdr dev and dev()');
} finally {
  rmSync(place, { recursive: true, force: true, maxRetries: 3 });
}
