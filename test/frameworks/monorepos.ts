import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { withApp } from '../support/app.js';
import { type Project, repository } from '../support/project.js';
import { json } from './ask.js';

// Workspaces whose packages are TypeScript source, installed by each package manager. Nothing of it comes from a registry.

interface Manager {
  readonly command: readonly string[];
  /** How it writes what it links, where not as pnpm does. */
  readonly words?: Readonly<Record<string, string>>;
}

const bin = (file: string): string => join(repository, 'test/frameworks/node_modules', file);

const managers: Readonly<Record<string, Manager>> = {
  npm: {
    command: ['npm', 'install', '--offline', '--no-audit', '--no-fund'],
    words: { 'workspace:*': '*', 'link:': 'file:' },
  },
  pnpm: { command: [process.execPath, bin('pnpm/bin/pnpm.cjs'), 'install', '--offline', '--no-frozen-lockfile'] },
  'yarn 1': {
    command: [process.execPath, bin('yarn/bin/yarn.js'), 'install', '--offline', '--non-interactive'],
    words: { 'workspace:*': '1.0.0' },
  },
  'yarn 4': { command: [process.execPath, bin('@yarnpkg/cli-dist/bin/yarn.js'), 'install', '--no-immutable'] },
};

const run = promisify(execFile);
const FOLDERS = ['packages/app', 'packages/lib', 'packages/nested/deep'];

async function install(project: Project, { command, words = {} }: Manager): Promise<void> {
  for (const version of ['1.0.0', '2.0.0']) {
    await project.write('dep/package.json', JSON.stringify({ name: 'dep', version, main: 'index.js' }));
    await project.write('dep/index.js', `exports.version = '${version}';\nexports.file = __filename;\n`);
    await run('npm', ['pack', './dep'], { cwd: project.dir });
  }
  await rm(project.path('dep'), { recursive: true });
  for (const folder of FOLDERS)
    await project.edit(`${folder}/package.json`, (text) =>
      Object.entries(words).reduce((all, [word, other]) => all.replaceAll(word, other), text),
    );
  const [program = '', ...args] = command;
  // Else yarn 4 takes the repository around it for its own.
  await project.write('yarn.lock', '');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  await run(program, args, { cwd: project.dir, env: { ...env, CI: '1', COREPACK_ENABLE_STRICT: '0' } });
}

for (const [name, manager] of Object.entries(managers))
  test(`${name}: packages in TypeScript, nested and linked: edits go live; real ones stay where they are, in two versions`, () =>
    withApp(
      'monorepo',
      { beside: 'test/frameworks', entry: 'packages/app/src/app.ts', before: (project) => install(project, manager) },
      async ({ project, zdr }) => {
        const expected = { lib: 'lib 1', sub: 'sub 1', deep: 'deep 1', linked: 'linked 1', same: true };
        const probe = async (): Promise<void> => {
          const { files, dep, libDep, ...rest } = (await json(zdr.where, '/')) as Record<string, unknown>;
          assert.deepEqual(rest, expected);
          assert.deepEqual([dep, libDep], ['1.0.0', '2.0.0']);
          for (const file of Object.values(files as object))
            assert.match(file as string, /\/node_modules\/(?:\.pnpm\/.*)?dep\/index\.js$/);
        };
        await probe();
        for (const [key, file] of [
          ['lib', 'packages/lib/src/part.ts'],
          ['sub', 'packages/lib/src/sub.ts'],
          ['deep', 'packages/nested/deep/src/index.ts'],
          ['linked', 'outside/linked/index.ts'],
        ] as const) {
          await zdr.rollover(() => project.edit(file, (text) => text.replace(' 1', ' 2')));
          expected[key] = `${key} 2`;
          await probe();
        }
      },
    ));
