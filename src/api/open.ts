import { resolve } from 'node:path';
import type { Reloaded } from '../outcome.js';
import { check } from '../setup/check.js';
import type { Command, ZdrConfig } from '../setup/config.js';
import { prepare } from '../setup/prepare.js';
import { openRun } from '../setup/run.js';
import type { Status } from '../status.js';
import { optionsError, ZdrError } from './error.js';
import { openListeners, type EventOf, type Listeners } from './listeners.js';

/** What `dev()` and `start()` take: all of a configuration, over which it wins key by key, and where it runs. */
export interface RunOptions extends Omit<ZdrConfig, 'quiet' | 'json' | 'color'> {
  /** Where the app runs, and what the paths here are relative to. Default: the folder of this process. */
  readonly cwd?: string | undefined;
  /** Another config file than the usual ones; false: read none, nor package.json. */
  readonly config?: string | false | undefined;
  /** Closes the run. One that is aborted already makes the call reject with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A run of zdr in this process. */
export interface Zdr {
  /**
   * Calls `listener` for each event of this type, `*` for each event, synchronously and in order. Gives a function that
   * ends it. Nothing is missed by a listener that is added in the same turn in which the run was given.
   */
  readonly on: Listeners['on'];
  /** The first generation serves; at once, where one has. Rejects with `ERR_ZDR_CLOSED` when the run ends before. */
  ready(): Promise<EventOf<'ready'>>;
  /** Builds and rolls over, though nothing changed. Never rejects: what failed is in the outcome. */
  reload(): Promise<Reloaded>;
  /** What runs now. */
  status(): Promise<Status>;
  /**
   * Ends the run: what is open is finished first; with `force` it is not. Resolves once every process has ended and
   * every file is gone. Can be called again, with force.
   */
  close(options?: { readonly force?: boolean }): Promise<void>;
}

/**
 * Begins a run. Rejects when an option or the configuration is wrong. Prints nothing, listens to no signal, ends no
 * process but those that it started.
 */
export async function openZdr(command: Command, { cwd, config, signal, ...given }: RunOptions): Promise<Zdr> {
  signal?.throwIfAborted();
  const folder = resolve(cwd ?? '.');
  const checked = check(given, `the options of ${command}()`, ['quiet', 'json', 'color']);
  if (checked.tag === 'wrong') throw optionsError(checked);
  const top = { given: checked.given, base: folder, place: `the options of ${command}()` };
  const prepared = await prepare({ command, cwd: folder, config: config ?? null, top });
  if (prepared.tag === 'wrong') throw optionsError(prepared);
  signal?.throwIfAborted();

  const listeners = openListeners();
  let ready = null as EventOf<'ready'> | null;
  let last = 'nothing went wrong';
  listeners.on('ready', (event) => void (ready = event));
  listeners.on('build-failed', ({ errors }) => void (last = errors.map(({ plain }) => plain).join('\n\n')));
  listeners.on('boot-failed', ({ reason }) => void (last = 'error' in reason ? reason.error.text : reason.tag));
  const running = openRun(prepared, { width: () => 0, onEvent: listeners.tell }, null);

  const stop = (): void => running.stop(false);
  signal?.addEventListener('abort', stop, { once: true });
  const closed = running.closed.then(() => signal?.removeEventListener('abort', stop));

  return {
    on: listeners.on,
    async ready() {
      if (ready !== null) return ready;
      const first = new Promise<EventOf<'ready'>>((done) => {
        listeners.on('ready', done);
      });
      const event = await Promise.race([first, closed]);
      if (event === undefined) throw new ZdrError('ERR_ZDR_CLOSED', `closed before it was ready: ${last}`);
      return event;
    },
    reload: () => running.reload(),
    status: () => running.status(),
    async close({ force = false } = {}) {
      running.stop(force);
      await closed;
    },
  };
}
