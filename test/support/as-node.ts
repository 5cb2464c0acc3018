import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { withApp } from './app.js';
import type { Project } from './project.js';
import type { Zdr } from './zdr.js';

/** A program that prints, and ends by itself. */
export interface Program {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** 'app.js' unless said otherwise. */
  readonly entry?: string;
  readonly flags?: readonly string[];
}

/** Whether the program is in one bundle, or in pieces as large ones are. */
export type Form = 'whole' | 'pieces';

/** What a program has come to. */
export interface Ending {
  readonly stdout: string;
  /** See {@link asShown}. */
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

/** Runs a program of JavaScript under node and under zdr: output, errors and exit code are the same. */
export async function endsAsUnderNode(program: Program, form: Form = 'whole'): Promise<void> {
  const { entry = 'app.js', flags = [] } = program;
  await endsAs(program, form, (project) => endOf(project, [...flags, entry]));
}

/** The same where something else than node tells what has to be seen. */
export async function endsAs(
  { files, entry = 'app.js', flags = [] }: Program,
  form: Form,
  expect: (project: Project) => Promise<Ending>,
): Promise<void> {
  await withApp(
    'script',
    {
      ready: false,
      entry,
      // Some start one process behind the other, and listen on nothing before they are through.
      args: [...flags, '--boot', '1m'],
      warns: true,
      env: form === 'pieces' ? { ZDR_TEST_PIECES: 'always' } : {},
      before: async (project) => {
        await project.remove('src');
        for (const [file, content] of Object.entries({ 'package.json': '{"type":"module"}', ...files }))
          await (typeof content === 'string' ? project.write(file, content) : writeFile(project.path(file), content));
      },
    },
    async ({ project, zdr }) => {
      const expected = await expect(project);
      assert.deepEqual(await endUnder(zdr, expected), expected);
    },
  );
}

/** What a program comes to under node, started with these words. */
export async function endOf(project: Project, args: readonly string[]): Promise<Ending> {
  const { NODE_TEST_CONTEXT: _, NO_COLOR: _none, FORCE_COLOR: _force, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: project.dir, stdio: ['ignore', 'pipe', 'pipe'], env });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ]);
  return { stdout, stderr: asShown(stderr), code, signal };
}

async function endUnder(zdr: Zdr, expected: Ending): Promise<Ending> {
  const end = await zdr.until('the end', () => endIn(zdr));
  // After a crash the next worker does the same all over again: only what the first one wrote is looked at.
  const first = (all: string, like: string): string => (end.respawned ? all.slice(0, like.length) : all);
  const written = (): string => asShown([...zdr.lines, ...end.errors, ''].join('\n'));
  if (end.respawned)
    await zdr.until('the output of the first worker', () =>
      [zdr.stdout.length >= expected.stdout.length, written().length >= expected.stderr.length].every(Boolean),
    );
  await zdr.stop();
  // What was written last is read after the news of the end.
  await zdr.read;
  const { code, signal } = end;
  return { stdout: first(zdr.stdout, expected.stdout), stderr: first(written(), expected.stderr), code, signal };
}

interface Reported {
  readonly code: number | null;
  readonly signal: string | null;
  /** What zdr says itself instead of the worker. */
  readonly errors: readonly string[];
  readonly respawned: boolean;
}

/** How the program has ended, as zdr reports it. */
function endIn(zdr: Zdr): Reported | null {
  const [failed] = zdr.all('boot-failed');
  const [crashed] = zdr.all('crashed');
  const [broken] = zdr.all('build-failed');
  if (zdr.all('done').length > 0) return { code: 0, signal: null, errors: [], respawned: false };
  if (crashed !== undefined) return { ...crashed.exit, errors: [], respawned: true };
  if (broken !== undefined) assert.fail(`it does not build: ${broken.errors.map(({ plain }) => plain).join('\n')}`);
  if (failed?.reason.tag === 'exited') return { ...failed.reason.exit, errors: [], respawned: false };
  // The worker leaves an error at boot to zdr, which says it once; without that node would end with 1.
  if (failed?.reason.tag === 'threw')
    return { code: 1, signal: null, errors: [failed.reason.error.text], respawned: false };
  return null;
}

/**
 * What node and zdr have written to stderr, without what cannot be the same:
 * - the number of the process
 * - frames of node's own files, and of zdr's: what loads a module is another function for a bundle. So the end of a
 *   trace that is the same as that of the cause, which is left out, may be longer
 * - the name of a module in a frame: where there are source maps, node shows the path instead of the URL
 * - what stands around an uncaught error. Node prints the line of the source above it and its own version below, zdr
 *   the line behind the first place.
 */
function asShown(stderr: string): string {
  return stderr
    .replaceAll(/\(node:\d+\)/g, '(node:pid)')
    .replaceAll(/^\n?\S+:\d+\n[^\n]*\n *\^+\n+/gm, '')
    .replace(/\n\(Use `node --trace-uncaught [^\n]*(?=\n)/, '')
    .replace(/\n\nNode\.js v[^\n]+\n$/, '\n')
    .replaceAll(
      /^( +at )(async )?(?:<anonymous> \((.*)\)|(.*))(?=$| \{$|,$)/gm,
      (_, at, waits = '', inner, all) => `${at}${waits}${String(inner ?? all).replace('file://', '')}`,
    )
    .split('\n')
    .filter((line) => !LEFT_OUT.test(line))
    .join('\n');
}

const LEFT_OUT =
  /^\s+(?:at .*(?:node:internal|\/dist\/worker|\/\.cache\/zdr|\/zdr-\d+-[^/]+)\/|at Generator\.next|\.\.\. \d+ lines matching|\d+ │ |╵ )/;
