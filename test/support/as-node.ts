import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { withApp } from './app.js';
import type { Project } from './project.js';

/** A program of JavaScript that prints, and ends by itself. */
export interface Program {
  readonly files: Readonly<Record<string, string>>;
  /** 'app.js' unless said otherwise. */
  readonly entry?: string;
  readonly flags?: readonly string[];
}

/** Whether the program is in one bundle, or in pieces as large ones are. */
export type Form = 'whole' | 'pieces';

/** Runs a program under node and under zdr: both print the same. */
export async function printsAsUnderNode(program: Program, form: Form = 'whole'): Promise<void> {
  const { files, entry = 'app.js', flags = [] } = program;
  await withApp(
    'script',
    {
      ready: false,
      entry,
      args: flags,
      env: form === 'pieces' ? { ZDR_TEST_PIECES: 'always' } : {},
      before: async (project) => {
        await project.remove('src');
        for (const [file, content] of Object.entries({ 'package.json': '{"type":"module"}', ...files }))
          await project.write(file, content);
      },
    },
    async ({ project, zdr }) => {
      const expected = await underNode(project, [...flags, entry]);
      await zdr.until(
        'the end',
        () => [...zdr.all('done'), ...zdr.all('boot-failed'), ...zdr.all('crashed')].length > 0,
      );
      // What was written last is read after the news of the end.
      await zdr.until('the whole output', () => zdr.stdout.length >= expected.length).catch(() => {});
      assert.equal(zdr.stdout, expected);
      assert.deepEqual(zdr.all('boot-failed'), []);
    },
  );
}

async function underNode(project: Project, args: readonly string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: project.dir, stdio: ['ignore', 'pipe', 'inherit'], env });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return output;
}
