import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { performance } from 'node:perf_hooks';
import { until } from '../support/deadline.js';
import { type Found, mark, processesOf } from '../support/processes.js';
import type { App } from './apps/app.js';
import { inPeers } from './place.js';
import type { Command, Tool } from './tool.js';

/** So much of the output of a tool is kept, in characters. */
const KEPT = 8000;
const living = new Set<Running>();

/** Ends all that are still open, for the end of the process. */
export function killAll(): void {
  for (const running of living) running.kill();
}

/** A tool that runs an app. */
export class Running {
  readonly app: App;
  /** When its first process was spawned, monotonic ms. */
  readonly since = performance.now();
  output = '';
  readonly #run = randomUUID();
  readonly #children: ChildProcess[] = [];

  private constructor(app: App) {
    this.app = app;
    living.add(this);
  }

  static async start(tool: Tool, app: App, env: Readonly<Record<string, string>> = {}): Promise<Running> {
    await tool.prepare?.(app);
    const running = new Running(app);
    try {
      for (const command of tool.commands(app)) {
        running.#spawn(command, env);
        const { makes } = command;
        if (makes !== undefined) await until(makes, () => existsSync(app.path(makes)));
      }
      return running;
    } catch (error) {
      await running.end();
      throw error;
    }
  }

  #spawn({ file, args, env = {} }: Command, more: Readonly<Record<string, string>>): void {
    const {
      NO_COLOR: _none,
      FORCE_COLOR: _force,
      NODE_OPTIONS: _options,
      CI: _ci,
      // Node 20 reads that file at each start: 40 ms that most machines do not have.
      NODE_EXTRA_CA_CERTS: _certificates,
      ...inherited
    } = process.env;
    const child = spawn(file, args, {
      cwd: this.app.dir,
      env: {
        ...inherited,
        PATH: [inPeers('.bin'), inherited.PATH].join(delimiter),
        PORT: String(this.app.port),
        ...env,
        ...more,
        [mark]: this.#run,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output = (this.output + text).slice(-KEPT)));
    }
    child.on('error', (error) => (this.output += String(error)));
    this.#children.push(child);
  }

  get pids(): readonly number[] {
    return this.#children.flatMap(({ pid }) => pid ?? []);
  }

  processes(): Found[] {
    return processesOf(this.#run);
  }

  /** Asks it to end as a terminal does, and takes what is left after 2 s. */
  async end(): Promise<void> {
    for (const pid of this.pids) signal(-pid, 'SIGINT');
    await until('the tool ends', () => this.processes().length === 0, 2000).catch(() => this.kill());
    await until('the tool is gone', () => this.processes().length === 0, 5000);
    living.delete(this);
  }

  kill(): void {
    // What was forked while this looked is seen by the next look.
    for (let round = 0; round < 5; round++) {
      const found = this.processes();
      if (found.length === 0) return;
      for (const { pid } of found) signal(pid, 'SIGKILL');
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile.
  }
}
