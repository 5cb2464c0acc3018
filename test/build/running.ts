import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a program has come to. */
export interface Ran {
  readonly output: string;
  readonly code: number | null;
  readonly errors: string;
}

const ENTER = fileURLToPath(new URL('../../dist/worker/late/enter.js', import.meta.url));
const SCRIPT = `const [enter, folder, entry, file] = process.argv.slice(1);
import(enter).then((own) => own.enter(folder, entry, file));`;

async function run(args: readonly string[], cwd: string, more: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const env = { ...rest, ...more };
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env });
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]);
  return { output, errors, code };
}

/** Under node itself. */
export function runPlain(cwd: string, entry: string): Promise<Ran> {
  return run([entry], cwd);
}

let bundles = 0;

/** Runs a bundle as a worker does, without one: every other time as one that had been a standby. `folder`: where bundles are. */
export function runBundle(cwd: string, folder: string, entry: string, file: string): Promise<Ran> {
  bundles += 1;
  return run(['-e', SCRIPT, ENTER, folder, entry, file], cwd, bundles % 2 ? { ZDR_TEST_PIECES: 'ahead' } : {});
}
