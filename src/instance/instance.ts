import { randomBytes } from 'node:crypto';
import type { BuildMessage } from '../events.js';
import type { InstanceOptions } from '../options.js';
import { openBundles } from '../build/bundles.js';
import type { Reloaded } from '../outcome.js';
import { openRollover } from '../primary/dispatch.js';
import { openFolder, removeFolder } from '../primary/folder.js';
import { openReaper } from '../primary/reaper.js';
import { openSockets } from '../primary/sockets.js';
import { openTimings } from '../primary/timings.js';
import { openTransit } from '../primary/transit.js';
import { openUsages } from '../primary/usage.js';
import type { Status, Watched } from '../status.js';
import { aheadOf } from './ahead.js';
import { openAnnouncer } from './announce.js';
import { openAsked } from './asked.js';
import { openDebugging, start } from './debugging.js';
import { openControl } from './control.js';
import { carryOut } from './effects.js';
import type { First } from './first.js';
import { openForks } from './forks.js';
import { openHistory } from './history.js';
import { openInput } from './input.js';
import { openPages } from './pages.js';
import { servingWorkers, type Parts } from './parts.js';
import { openReloads } from './reload.js';
import { settingsOf, startsAlike } from './settings.js';
import { openSource } from './source.js';
import { openSpoken } from './spoken.js';
import { statusOf } from './status.js';
import { suspend } from './suspend.js';
import { openTimers } from './timers.js';
import { openUnbound } from './unbound.js';
import { openWork } from './work.js';

/** A run of zdr: one primary, and all that it started. */
export interface Instance {
  /** Stops: what is open is finished first; with `force` it is not. */
  stop(force: boolean): void;
  /** Builds and rolls over, though nothing changed. Never rejects. */
  reload(): Promise<Reloaded>;
  /**
   * Goes over to other options, because of `causes`. Sockets and workers stay: what reads the options is opened anew, and
   * the next generation is of the new ones.
   */
  configure(options: NewOptions, causes: readonly string[]): void;
  /** Tells that there are other options that cannot be used. What serves stays. */
  refuse(errors: readonly BuildMessage[]): void;
  status(): Promise<Status>;
  /** Saves are collected (`paused`) or built again, beginning with those. A reload is built all the same. */
  togglePause(): Watched['tag'];
  /** What old generations still serve ends now. Gives how many of them there were. */
  endDraining(): number;
  /** Stops this process and its workers until somebody sends SIGCONT to this process. Clients wait. */
  suspend(): void;
  /** The exit code, once everything has ended. */
  readonly closed: Promise<number>;
}

/** What can be another while zdr runs. */
export type NewOptions = Omit<InstanceOptions, 'onEvent' | 'onWork' | 'since' | 'width' | 'refresh' | 'cwd' | 'parent'>;

/** What `tls.Server#setTicketKeys` wants, in bytes. */
const TICKET_KEYS = 48;

/**
 * Opens the parts, wires them, and begins. A worker's message and a file's change both end up in the rollover. `first`: a
 * worker that was forked ahead of all this.
 */
export function openInstance(given: InstanceOptions, first: First | null): Instance {
  const reloads = openReloads();
  const history = openHistory();
  const options: InstanceOptions = {
    ...given,
    onEvent(event) {
      given.onEvent(event);
      reloads.heard(event);
      history.heard(event);
      if (event.type === 'live') input.handedOver();
      pages.heard(event);
      unbound.heard(event);
      parts.source.heard(event);
    },
  };
  const folder = openFolder(options.root);
  const control = openControl(options, folder);
  const reaper = openReaper([...new Set([folder, ...control.folders])]);
  let end = (_code: number): void => {};
  const closed = new Promise<number>((resolve) => {
    end = resolve;
  });
  const pages = openPages(() => parts);
  const unbound = openUnbound(() => parts);
  const spoken = openSpoken(given.parent ?? null, () => parts);
  const working = openWork((work) => given.onWork?.(work));
  const rollover = openRollover(
    settingsOf(options),
    (effect) => carryOut(parts, effect),
    (state) => {
      history.saw(state.generations);
      working(state);
      timers.prune(state);
    },
  );
  const { dispatch } = rollover;
  const fallbacks: Parts['fallbacks'] = new Map();
  const route: Parts['route'] = { generation: null };
  const started = given.since ?? performance.now();
  const announcer = openAnnouncer(started, () => parts);
  const inspector = openDebugging(options, dispatch);
  const known = { cwd: options.cwd, first, inspector, onPids: reaper.watch };
  const workers = openForks(known, () => parts);
  const { send } = workers;
  const sockets = openSockets(send);
  const usages = openUsages(send);
  const timers = openTimers();
  const input = openInput(
    () => parts,
    (apps) => options.onInput?.(apps),
  );
  const transit = openTransit(
    {
      send,
      give: (worker, message, handle) => workers.give(worker, message, handle),
      hasLane: (worker) => workers.hasLane(worker),
    },
    () => servingWorkers(parts),
  );
  const bundles = openBundles(folder);
  const source = openSource(options, bundles, () => parts, true);
  const tickets = randomBytes(TICKET_KEYS).toString('base64');

  async function close(code: number): Promise<void> {
    timers.close();
    control.close();
    await inspector?.close();
    transit.close();
    sockets.close();
    await parts.source.close();
    await bundles.close();
    removeFolder(folder);
    reaper.close();
    end(code);
  }

  async function begin(): Promise<void> {
    if (options.refresh === null || (await options.refresh())) dispatch({ type: 'changed', paths: [], always: true });
  }

  const parts: Parts = {
    options,
    rollover,
    workers,
    sockets,
    transit,
    source,
    announcer,
    history,
    usages,
    input,
    timers,
    pages,
    spoken,
    unbound,
    reaper,
    asked: openAsked({ sockets, workers }),
    fallbacks,
    timings: options.timing ? openTimings() : null,
    ahead: null,
    inspector,
    route,
    tickets,
    close,
  };
  parts.ahead = aheadOf(parts);
  const reload = (): Promise<Reloaded> => {
    const { phase, lastGeneration } = rollover.state();
    if (phase.tag !== 'running') return Promise.resolve({ tag: 'stopped' });
    const outcome = reloads.ask(lastGeneration);
    void begin();
    return outcome;
  };
  const status = (): Promise<Status> => statusOf(parts, started);
  void start(parts);
  control.listen({ reload, status });
  return {
    stop(force) {
      parts.ahead?.close();
      inspector?.release();
      dispatch({ type: 'stop', force });
    },
    reload,
    status,
    togglePause() {
      if (options.watching === null) return 'off';
      dispatch({ type: rollover.state().pause.tag === 'paused' ? 'resume' : 'pause' });
      return rollover.state().pause.tag === 'paused' ? 'paused' : 'on';
    },
    endDraining() {
      const draining = rollover.state().generations.filter(({ tag }) => tag === 'draining');
      dispatch({ type: 'end-draining' });
      return draining.length;
    },
    suspend: () => suspend(parts),
    configure(next, causes) {
      const { source: old, options: before } = parts;
      parts.ahead?.close();
      parts.options = { ...parts.options, ...next };
      parts.source = openSource(parts.options, bundles, () => parts, false);
      parts.ahead = aheadOf(parts);
      dispatch({ type: 'settings', settings: settingsOf(parts.options) });
      dispatch({ type: 'standby-stale' });
      // A build of the old source that still runs is out of date now; to close it ends it.
      dispatch({ type: 'changed', paths: causes, always: !startsAlike(before, next) });
      void old.close();
    },
    refuse(errors) {
      const live = rollover.state().generations.find(({ tag }) => tag === 'live');
      options.onEvent({ type: 'build-failed', errors, live: live?.id ?? null });
    },
    closed,
  };
}
