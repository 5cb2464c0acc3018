import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { ZdrEvent } from '../../dist/events.js';
import { until, within } from './deadline.js';
import { type Found, mark, processesOf } from './processes.js';
import { type Project, repository } from './project.js';
import type { Where } from './where.js';
import { whereOf } from './where.js';

type Of<T extends ZdrEvent['type']> = Extract<ZdrEvent, { type: T }>;
/** An event as it arrived; `at` is this process's monotonic time. */
export type Seen<T extends ZdrEvent['type'] = ZdrEvent['type']> = Of<T> & { readonly at: number };

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ZdrOptions {
  /** `dev` unless said otherwise. */
  readonly command?: 'dev' | 'start';
  readonly entry?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of node for zdr itself. */
  readonly nodeArgs?: readonly string[];
  readonly stdin?: 'pipe';
  /** As a job of a shell, which can be suspended. */
  readonly job?: boolean;
  /** With false the lines are for people. */
  readonly json?: boolean;
}

/**
 * A shell with job control, of which zdr is a job; its pid goes to descriptor 3. A stop is not the end: whether it still is
 * a child of this shell is asked of the system, since bash's own list of jobs keeps some that have ended, and `kill -0` finds
 * threads of others by that number.
 */
const JOB = `set -m
"$@" 3>&- & pid=$!
echo $pid >&3
exec 3>&-
while wait $pid 2>/dev/null; code=$?; [ "$(ps -o ppid= -p $pid | tr -d ' ')" = $$ ]; do sleep 0.05; done
wait -f $pid 2>/dev/null; last=$?
[ $last = 127 ] && exit $code
exit $last`;

/** A running `zdr dev` or `zdr start`, in a process group of its own. */
export class Zdr {
  readonly exit: Promise<Ended>;
  /** All that was written is read: neither zdr nor a worker has its ends of the pipes any more. */
  readonly read: Promise<unknown>;
  /** Everything on stderr that is no event: what the app writes there, or the lines for people. */
  readonly lines: string[] = [];
  stdout = '';
  readonly #child: ChildProcess;
  readonly #run = randomUUID();
  readonly #events: { readonly type: string; readonly at: number }[] = [];
  readonly #started = performance.now();
  #ended: Ended | null = null;
  #job: number | null = null;

  constructor(project: Project, options: ZdrOptions = {}) {
    const { NODE_TEST_CONTEXT: _context, NO_COLOR: _none, FORCE_COLOR: _force, ...environment } = process.env;
    const line = [
      process.execPath,
      ...(options.nodeArgs ?? []),
      join(repository, 'bin/zdr.js'),
      options.command ?? 'dev',
      options.entry ?? 'src/app.ts',
      ...(options.json === false ? [] : ['--json']),
      ...(options.args ?? []),
    ];
    const [file, ...args] = options.job ? ['bash', '-c', JOB, 'bash', ...line] : line;
    this.#child = spawn(file!, args, {
      cwd: project.dir,
      env: { ...environment, TMPDIR: project.temp, ...options.env, [mark]: this.#run },
      stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe', options.job ? 'pipe' : 'ignore'],
      detached: true,
    });
    this.#child.stdio[3]?.once('data', (pid: Buffer) => (this.#job = Number(pid)));
    this.exit = once(this.#child, 'exit').then(([code, signal]) => (this.#ended = { code, signal }));
    this.read = once(this.#child, 'close');
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    let rest = '';
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.#line(line);
    });
  }

  #line(line: string): void {
    if (!line.startsWith('{"')) return void this.lines.push(line);
    try {
      this.#events.push({ ...JSON.parse(line), at: performance.now() });
    } catch {
      this.lines.push(line);
    }
  }

  get pid(): number {
    return this.#job ?? this.#child.pid!;
  }

  /** The ends of its pipes here. */
  get pipes(): Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr'> {
    return this.#child;
  }

  /** How many events were seen so far: the `since` of what is caused from here on. */
  now(): number {
    return this.#events.length;
  }

  /** The events of one type since `since`. */
  all<T extends ZdrEvent['type']>(type: T, since = 0): Seen<T>[] {
    // Asserted, not narrowed: the compiler takes minutes to prove it for the union.
    return this.#events.slice(since).filter((event) => event.type === type) as unknown as Seen<T>[];
  }

  /** Waits for an event of this type, seen at or after `since`, that has the values of `like`. */
  async event<T extends ZdrEvent['type']>(type: T, like: Partial<Of<T>> = {}, since = 0): Promise<Seen<T>> {
    const fits = (event: { readonly type: string }): boolean =>
      event.type === type && Object.entries(like).every(([key, value]) => Reflect.get(event, key) === value);
    // Asserted as above.
    return (await this.until(`event ${type} ${JSON.stringify(like)}`, () =>
      this.#events.slice(since).find(fits),
    )) as unknown as Seen<T>;
  }

  /** Waits for something to be seen, at most 20 s, and not longer than zdr lives. */
  async until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
    return until(what, async () => {
      const seen = await look();
      if (!seen && this.#ended) throw new Error(`${what}: zdr ended (${JSON.stringify(this.#ended)})`);
      return seen;
    });
  }

  /** Makes a change and waits until it is reported live. */
  async rollover(change: () => Promise<void>): Promise<Seen<'live'>> {
    const since = this.now();
    await change();
    return this.event('live', {}, since);
  }

  /** Where the app listens, in the order in which zdr reported it. */
  get addresses(): Where[] {
    const [ready] = this.all('ready');
    return [...(ready?.addresses ?? []), ...this.all('listening').map((event) => event.address)].map(whereOf);
  }

  /** Where the first server of the app listens. Known from `ready` on. */
  get where(): Where {
    const [first] = this.addresses;
    if (!first) throw new Error('no address was reported yet');
    return first;
  }

  /** Sends a signal to zdr alone. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Sends a signal to the process group, as a terminal does. */
  signalAll(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  async stop(): Promise<Ended> {
    if (!this.#ended) this.signal('SIGTERM');
    return within('zdr stops after SIGTERM', this.exit);
  }

  processes(): Found[] {
    return processesOf(this.#run);
  }

  /** Waits until no process of the run is left. */
  async gone(): Promise<void> {
    await until('all processes end', () => this.processes().length === 0);
  }

  /** Ends whatever still lives, for the end of a failed test. */
  kill(): void {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
  }

  /** All that was seen, for the message of a failed test. */
  story(): string {
    const events = this.#events.map(
      ({ at, ...event }) => `  ${Math.round(at - this.#started)} ms ${JSON.stringify(event)}`,
    );
    const end = this.#ended
      ? JSON.stringify(this.#ended)
      : this.processes()
          .map(({ pid, command }) => `  ${pid} ${command}`)
          .join('\n');
    return [
      'events:',
      ...events,
      'stderr:',
      ...this.lines.map((line) => `  ${line}`),
      'stdout:',
      this.stdout,
      'processes:',
      end,
    ].join('\n');
  }
}
