import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { within } from './deadline.js';
import { type Project, repository } from './project.js';

export interface Said {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly child: ChildProcess;
  readonly said: Promise<Said>;
}

interface Where {
  /** Beneath the project. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `zdr reload` or `zdr status` where an instance of the project would look for its files, too. */
export function startCommand(project: Project, args: readonly string[], { folder = '.', env }: Where = {}): Command {
  const { NODE_TEST_CONTEXT: _context, NO_COLOR: _none, FORCE_COLOR: _force, ...environment } = process.env;
  const child = spawn(process.execPath, [join(repository, 'bin/zdr.js'), ...args], {
    cwd: project.path(folder),
    env: { ...environment, TMPDIR: project.temp, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const said = new Promise<Said>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  return { child, said };
}

export function command(project: Project, args: readonly string[], where?: Where): Promise<Said> {
  return within(`zdr ${args.join(' ')}`, startCommand(project, args, where).said);
}
