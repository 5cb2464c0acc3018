import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { withApp } from '../support/app.js';
import { gateOf } from '../support/gate.js';
import { get } from '../support/get.js';
import { assertSeamless, startLoad } from '../support/load.js';
import { type Project, repository } from '../support/project.js';

const run = promisify(execFile);

/** What the README tells people to write into their files is what is tried here. */
async function fromReadme(kind: string): Promise<string> {
  const readme = await readFile(join(repository, 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('## Deploying with git'), readme.indexOf('## Speed'));
  const found = new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(section)?.[1];
  assert.ok(found !== undefined, `the README has a block of ${kind}`);
  return found;
}

/** A folder with commands of these names, for the front of PATH. */
async function commandsIn(project: Project, scripts: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(project.dir, '../bin');
  await mkdir(folder, { recursive: true });
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

const zdrScript = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(join(repository, 'bin/zdr.js'))} "$@"`;

const me = ['-c', 'user.name=zdr', '-c', 'user.email=zdr@localhost', '-c', 'init.defaultBranch=main'];

test('a push to the repository with the hook of the README deploys; one that cannot run tells the one who pushes', () =>
  withApp('http', { command: 'start', args: ['-w', '2'] }, async ({ project, zdr }) => {
    // What only a registry could bring is not installed here; `npx zdr` is this zdr.
    const bin = await commandsIn(project, { npm: 'exit 0', npx: `shift\n${zdrScript}` });
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, TMPDIR: project.temp };
    const there = (...args: string[]) => run('git', [...me, ...args], { cwd: project.dir, env });
    await writeFile(project.path('.gitignore'), 'node_modules\n');
    await there('init', '-q');
    await there('checkout', '-q', '-b', 'main');
    await there('add', '-A');
    await there('commit', '-qm', 'first');
    await there('config', 'receive.denyCurrentBranch', 'updateInstead');
    await writeFile(project.path('.git/hooks/post-update'), await fromReadme('sh'));
    await chmod(project.path('.git/hooks/post-update'), 0o755);

    const clone = join(project.dir, '../clone');
    await run('git', ['clone', '-q', project.dir, clone], { env });
    const here = (...args: string[]) => run('git', [...me, ...args], { cwd: clone, env });
    const push = async (version: string): Promise<string> => {
      await writeFile(join(clone, 'src/version.ts'), version);
      await here('commit', '-qam', 'next');
      return (await here('push', '-q', 'origin', 'main')).stderr;
    };

    const load = startLoad(zdr.where, 'keep-alive', 16, 10);
    assert.match(await push('export const version = 2;\n'), /#2 live in/);
    assert.equal((await get(zdr.where)).version, 2);
    assert.match(await push('export const version = ;\n'), /build failed, #2 keeps serving/);
    assert.equal((await get(zdr.where)).version, 2);
    assert.match(await push('export const version = 3;\n'), /live in/);
    assert.equal((await get(zdr.where)).version, 3);
    assertSeamless(await load.stop());
  }));

test('the commands of the unit in the README start, reload and stop the app', async () => {
  const unit = await fromReadme('ini');
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  assert.equal(value('ExecStart'), `${value('WorkingDirectory')}/node_modules/.bin/zdr start`);
  assert.equal(value('ExecReload'), `${value('WorkingDirectory')}/node_modules/.bin/zdr reload`);
  assert.equal(value('KillMode'), 'mixed');
  await withApp('http', { command: 'start', args: ['-w', '2'] }, async ({ project, zdr }) => {
    await project.version(2);
    const bin = await commandsIn(project, { zdr: zdrScript });
    await run(join(bin, 'zdr'), ['reload'], { cwd: project.dir, env: { ...process.env, TMPDIR: project.temp } });
    assert.equal((await get(zdr.where)).version, 2);
    // `KillMode=mixed`: SIGTERM to the main process alone; what is under way ends first.
    const gate = gateOf(project);
    const slow = get(zdr.where, gate.path);
    await gate.begun();
    zdr.signal('SIGTERM');
    await zdr.event('stopping');
    await gate.open();
    assert.equal((await slow).version, 2);
    assert.deepEqual(await zdr.exit, { code: 0, signal: null });
  });
});
