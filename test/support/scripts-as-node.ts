import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { withApp } from './app.js';
import type { Zdr } from './zdr.js';

/** How a script ended, and what it said. */
interface End {
  readonly code: number | null;
  readonly stdout: string;
  /** Without places in node itself, and without the number of the process. */
  readonly stderr: readonly string[];
}

/** Runs scripts of JavaScript under node, and under one zdr, each as an edit of the one before. They end alike. */
export async function endAsUnderNode(
  scripts: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [first = '', ...others] = Object.keys(scripts);
  await withApp(
    'script',
    {
      ready: false,
      entry: 'app.mjs',
      env,
      before: (project) => project.write('app.mjs', scripts[first]!),
    },
    async ({ project, zdr }) => {
      for (const [at, name] of [first, ...others].entries()) {
        const seen = { events: zdr.now(), stdout: zdr.stdout.length };
        if (at > 0) await project.write('app.mjs', scripts[name]!);
        const expected = underNode(project.dir, env);
        const { code, error } = await endOf(zdr, at === 0 ? 0 : seen.events);
        await zdr.until('what it says', () => zdr.stdout.length - seen.stdout >= expected.stdout.length);
        const stderr = shown(zdr.lines.splice(0));
        if (error === null) {
          assert.deepEqual({ code, stdout: zdr.stdout.slice(seen.stdout), stderr }, expected, name);
        } else {
          // An error at boot is zdr's to tell; the place and the words are those that node tells.
          assert.deepEqual({ code, stdout: zdr.stdout.slice(seen.stdout) }, pick(expected), name);
          const told = shown(error.split('\n'));
          for (const line of told) assert.ok(expected.stderr.includes(line), `${name}: ${line}\n${expected.stderr}`);
        }
      }
    },
  );
}

const pick = ({ code, stdout }: End): Omit<End, 'stderr'> => ({ code, stdout });

/** `error`: what zdr tells in node's place, without its excerpt of the source. */
async function endOf(
  zdr: Zdr,
  since: number,
): Promise<{ readonly code: number | null; readonly error: string | null }> {
  return zdr.until('the end', () => {
    if (zdr.all('done', since).length > 0) return { code: 0, error: null };
    const [crashed] = zdr.all('crashed', since);
    if (crashed !== undefined) return { code: crashed.exit.code, error: null };
    const [failed] = zdr.all('boot-failed', since);
    if (failed === undefined) return null;
    const { reason } = failed;
    if (reason.tag === 'exited') return { code: reason.exit.code, error: null };
    assert.equal(reason.tag, 'threw');
    const text = reason.tag === 'threw' ? reason.error.text : '';
    return { code: 1, error: text.replace(/^ *(?:\d+ │|╵).*\n?/gm, '') };
  });
}

function underNode(cwd: string, env: Readonly<Record<string, string>>): End {
  const { NODE_TEST_CONTEXT: _, NO_COLOR: _none, FORCE_COLOR: _force, ...rest } = process.env;
  const child = spawnSync(process.execPath, ['app.mjs'], {
    cwd,
    env: { ...rest, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: child.status, stdout: child.stdout, stderr: shown(child.stderr.split('\n')) };
}

function shown(lines: readonly string[]): string[] {
  return lines
    .map((line) =>
      line
        .replaceAll('file://', '')
        .replace(/^\(node:\d+\)/, '(node)')
        .replace(/at <anonymous> \((.*)\)(?= \{|$)/, 'at $1'),
    )
    .filter((line) => line !== '' && !/^ +at (?!.*app\.mjs)|^ +\.{3} \d+ lines matching|^Node\.js v/.test(line));
}
