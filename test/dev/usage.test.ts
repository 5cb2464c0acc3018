import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openProject, type Project, repository } from '../support/project.js';

let project: Project;
before(async () => {
  project = await openProject('http');
  await project.write('empty/package.json', '{}\n');
});
after(() => project.close());

function run(args: readonly string[], folder = '.'): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'bin/zdr.js'), ...args], {
    cwd: project.path(folder),
    encoding: 'utf8',
    timeout: 10_000,
  });
  return { code: status, stdout, stderr };
}

/** The arguments, what the line has to name, and the folder. */
const wrong: Readonly<Record<string, readonly [readonly string[], RegExp, string?]>> = {
  'an unknown option names the nearest': [['dev', 'src/app.ts', '--drian', '1s'], /--drian[^]*--drain/],
  'an unknown command': [['devv'], /devv/],
  'an entry that does not exist names the nearest': [['dev', 'src/ap.ts'], /src\/ap\.ts[^]*app\.ts/],
  'an entry that is a folder': [['dev', 'src'], /src/],
  'no entry and nothing to guess from': [['dev'], /entry/i, 'empty'],
  'a bad duration': [['dev', 'src/app.ts', '--boot', 'soon'], /soon/],
  'a bad number of workers': [['dev', 'src/app.ts', '-w', '0'], /0/],
  'an option without its value': [['dev', 'src/app.ts', '--drain'], /--drain/],
};

for (const [name, [args, names, folder]] of Object.entries(wrong)) {
  test(`${name}: one line, one hint, where more is, exit 2`, () => {
    const { code, stdout, stderr } = run(args, folder);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, names);
    const lines = stderr.split('\n').filter((line) => line.trim() !== '');
    assert.ok(lines.length === 3 && lines[2]!.endsWith('README.md#options'), stderr);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  });
}

test('an env file that does not exist is named', () => {
  const { code, stderr } = run(['dev', 'src/app.ts', '--env-file', 'no.env']);
  // Node 20 looks for --env-file behind the script too and ends with 9 before any of our code runs.
  assert.ok(code === 2 || code === 9, stderr);
  assert.match(stderr, /no\.env/);
});

test('--help fits a screen and --version is the version', () => {
  const help = run(['--help']);
  assert.equal(help.code, 0);
  const lines = (help.stdout + help.stderr).trimEnd().split('\n');
  assert.ok(lines.length <= 24 && lines.every((line) => line.length <= 80), help.stdout);
  const version = run(['--version']);
  assert.equal(version.code, 0);
  assert.match(version.stdout, /^v?\d+\.\d+\.\d+\n$/);
});
