import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { until, within } from './deadline.js';
import { type Found, mark, processesOf } from './processes.js';
import { type Project, repository } from './project.js';

/** Why a test with a terminal cannot run here, or false: util-linux's `script` gives one. */
export const noTerminal: string | false =
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
    ? false
    : 'there is no script(1) here';

/** The command line of `zdr` for a shell. */
export const zdrCommand = `${process.execPath} ${join(repository, 'bin/zdr.js')}`;

export interface PtyOptions {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command in a terminal of its own, as a person has it. */
export class Pty {
  /** Whatever was written to the terminal, echoes and escape sequences among it. */
  screen = '';
  readonly #child: ChildProcess;
  readonly #run = randomUUID();
  readonly #exit: Promise<number | null>;
  #ended = false;

  constructor(project: Project, command: string, { columns = 80, env }: PtyOptions = {}) {
    // Where the tests run in CI, the terminal is a person's all the same.
    const { NODE_TEST_CONTEXT: _context, NO_COLOR: _none, FORCE_COLOR: _force, CI: _ci, ...environment } = process.env;
    this.#child = spawn('script', ['-qfec', `stty cols ${columns} rows 24; ${command}`, '/dev/null'], {
      cwd: project.dir,
      env: {
        ...environment,
        TMPDIR: project.temp,
        TERM: 'xterm',
        LC_ALL: 'C.UTF-8',
        SHELL: '/bin/sh',
        HOST: '127.0.0.1',
        ...env,
        [mark]: this.#run,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.screen += text));
    this.#exit = once(this.#child, 'close').then(([code]) => {
      this.#ended = true;
      return code as number | null;
    });
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** Waits until what was written since `from` has this, and gives where that ends. */
  async shows(pattern: RegExp, from = 0): Promise<number> {
    return until(`the terminal shows ${pattern}`, () => {
      const match = pattern.exec(this.plain().slice(from));
      if (match === null && this.#ended) throw new Error(`the terminal's command ended without ${pattern}`);
      return match === null ? 0 : from + match.index + match[0].length;
    });
  }

  /** Without colours and the like, and with the line ends of a file. */
  plain(): string {
    // eslint-disable-next-line no-control-regex -- it is what is to go
    return this.screen.replace(/\u001b\[[?\d;]*[a-zA-Z]/g, '').replaceAll('\r', '');
  }

  get end(): Promise<number | null> {
    return within('the end of the command', this.#exit);
  }

  processes(): Found[] {
    return processesOf(this.#run);
  }

  /** Ends whatever still lives. */
  kill(): void {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
  }
}
