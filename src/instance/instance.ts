import { randomBytes } from 'node:crypto';
import type { InstanceOptions } from '../options.js';
import { openAhead } from '../primary/ahead.js';
import { openRollover } from '../primary/dispatch.js';
import { openFolder, removeFolder } from '../primary/folder.js';
import { openReaper } from '../primary/reaper.js';
import { openSockets } from '../primary/sockets.js';
import { openTransit } from '../primary/transit.js';
import { openWorkers } from '../primary/workers.js';
import type { ExitCode } from '../rollover/state.js';
import { openAnnouncer } from './announce.js';
import { carryOut } from './effects.js';
import { environmentOf } from './environment.js';
import { receive } from './messages.js';
import { openPages } from './pages.js';
import { servingWorkers, type Parts } from './parts.js';
import { openReloads, type Reloaded } from './reload.js';
import { openSource } from './source.js';

/** A run of zdr: one primary, and all that it started. */
export interface Instance {
  /** Stops: what is open is finished first; with `force` it is not. */
  stop(force: boolean): void;
  /** Builds and rolls over, though nothing changed. Never rejects. */
  reload(): Promise<Reloaded>;
  /** The exit code, once everything has ended. */
  readonly closed: Promise<number>;
}

/** What `tls.Server#setTicketKeys` wants, in bytes. */
const TICKET_KEYS = 48;

/** Opens the parts, wires them, and begins. A worker's message and a file's change both end up in the rollover. */
export function openInstance(given: InstanceOptions): Instance {
  const reloads = openReloads();
  const options: InstanceOptions = {
    ...given,
    onEvent(event) {
      given.onEvent(event);
      reloads.heard(event);
      pages.heard(event);
    },
  };
  const folder = openFolder(options.root);
  const reaper = openReaper(folder);
  let end = (_code: number): void => {};
  const closed = new Promise<number>((resolve) => {
    end = resolve;
  });
  const pages = openPages(() => parts);
  const { mode, workers: count, boot, drain } = options;
  const readiness = options.readyUrl === null ? 'listening' : 'said';
  const rollover = openRollover({ mode, readiness, workers: count, boot, drain }, (effect) => carryOut(parts, effect));
  const { dispatch } = rollover;
  const route: Parts['route'] = { generation: null };
  const announcer = openAnnouncer(performance.now(), () => parts);
  const workers = openWorkers({
    cwd: options.cwd,
    execArgv: options.execArgv,
    onMessage: (worker, message, handle) => receive(parts, worker, message, handle),
    onAppMessage(worker, message) {
      if (message === 'ready') dispatch({ type: 'worker-said-ready', worker });
    },
    onExit(worker, exit) {
      ahead?.exited(worker);
      sockets.gone(worker);
      dispatch({ type: 'worker-exited', worker, exit });
      transit.gone(worker);
    },
    onPids: reaper.watch,
  });
  const { send } = workers;
  const sockets = openSockets(send);
  const transit = openTransit(
    {
      send,
      give: (worker, message, handle) => workers.give(worker, message, handle),
      hasLane: (worker) => workers.hasLane(worker),
    },
    () => servingWorkers(parts),
  );
  const ahead = !options.ahead
    ? null
    : openAhead({
        entry: options.entry,
        args: options.args,
        send,
        fork: (worker) => workers.fork(worker, environmentOf(options)),
        kill: workers.kill,
        standbys: () => rollover.state().workers.flatMap(({ id, tag }) => (tag === 'standby' ? id : [])),
        onStale: (worker) => dispatch({ type: 'worker-stale', worker }),
      });
  const source = openSource(options, folder, () => parts);
  const tickets = randomBytes(TICKET_KEYS).toString('base64');

  async function close(code: ExitCode): Promise<void> {
    transit.close();
    sockets.close();
    await source.close();
    removeFolder(folder);
    reaper.close();
    end(code);
  }

  const parts: Parts = {
    options,
    rollover,
    workers,
    sockets,
    transit,
    source,
    announcer,
    pages,
    ahead,
    route,
    tickets,
    close,
  };
  dispatch({ type: 'started' });
  return {
    stop(force) {
      ahead?.close();
      dispatch({ type: 'stop', force });
    },
    reload() {
      const { phase, lastGeneration } = rollover.state();
      if (phase.tag !== 'running') return Promise.resolve({ tag: 'stopped' });
      const outcome = reloads.ask(lastGeneration);
      dispatch({ type: 'changed', paths: [], always: true });
      return outcome;
    },
    closed,
  };
}
