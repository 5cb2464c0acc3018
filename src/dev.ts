import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { openBuilder, removeBundle } from './build/builder.js';
import type { Address, ZdrEvent } from './events.js';
import type { DevOptions } from './options.js';
import { type Ahead, openAhead } from './primary/ahead.js';
import { openRollover } from './primary/dispatch.js';
import { readEnvironment } from './primary/environment.js';
import { openFolder, removeFolder } from './primary/folder.js';
import { holderOf } from './primary/holder.js';
import { openReaper } from './primary/reaper.js';
import { openSockets } from './primary/sockets.js';
import { openTimings, type Timings } from './primary/timings.js';
import { openTransit } from './primary/transit.js';
import { type Handle, openWorkers } from './primary/workers.js';
import type { ToPrimary, ToWorker } from './protocol/messages.js';
import type { Effect } from './rollover/effects.js';
import { openWatch } from './watch/chokidar.js';
import type { Inputs } from './watch/inputs.js';

/** A run of zdr. */
export interface Running {
  /** Stops: what is open is finished first; with `force` it is not. */
  stop(force: boolean): void;
  /** Builds and rolls over, though nothing changed. */
  reload(): void;
  /** The exit code, once everything has ended. */
  readonly closed: Promise<number>;
}

/** What `tls.Server#setTicketKeys` wants, in bytes. */
const TICKET_KEYS = 48;

/** Watches, builds and rolls over until it is stopped. Wires the rollover to disk, builder, sockets and processes. */
export function dev(options: DevOptions): Running {
  const start = performance.now();
  const folder = openFolder(options.root);
  const reaper = openReaper(folder);
  let end = (_code: number): void => {};
  const closed = new Promise<number>((resolve) => {
    end = resolve;
  });
  const tickets = randomBytes(TICKET_KEYS).toString('base64');
  let inputs: Inputs | null = null;
  let announced = false;
  const told = new Set<string>();
  const timings: Timings | null = options.timing ? openTimings() : null;

  const rollover = openRollover({ workers: options.workers, boot: options.boot, drain: options.drain }, run);
  const { dispatch } = rollover;

  const send = (worker: number, message: ToWorker, handle?: Handle): void => workers.send(worker, message, handle);
  const sockets = openSockets(send);
  let routed: number | null = null;
  const serving = (): readonly number[] =>
    rollover
      .state()
      .workers.filter((worker) => (worker.tag === 'ready' || worker.tag === 'live') && worker.generation === routed)
      .map(({ id }) => id);
  const transit = openTransit(send, serving);

  const workers = openWorkers({
    cwd: options.cwd,
    execArgv: options.execArgv,
    onMessage,
    onAppMessage: (worker, message) => {
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

  const ahead: Ahead | null = !options.ahead
    ? null
    : openAhead({
        entry: options.entry,
        args: options.args,
        send,
        fork: (worker) => workers.fork(worker, environment()),
        kill: workers.kill,
        standbys: () => rollover.state().workers.flatMap(({ id, tag }) => (tag === 'standby' ? id : [])),
        onStale: (worker) => dispatch({ type: 'worker-stale', worker }),
      });

  const builder = openBuilder({
    entry: options.entry,
    root: options.root,
    cwd: options.cwd,
    outdir: folder,
    conditions: [...options.conditions],
    ...(options.tsconfig === null ? {} : { tsconfig: options.tsconfig }),
    envFiles: options.envFiles.map(({ path }) => path),
    timing: options.timing,
    ...(options.width > 0 ? { terminalWidth: options.width } : {}),
  });
  const watch = openWatch({
    poll: options.poll,
    include: [...options.watch],
    ignore: [...options.ignore],
    cwd: options.cwd,
    onChange: changed,
    onWarning: (message, hint) => options.onEvent({ type: 'warning', message, hint: hint ?? null }),
  });

  function changed(paths: readonly string[]): void {
    timings?.changed(paths);
    builder.invalidate(paths);
    ahead?.saved();
    const always = paths.some((path) => inputs?.aside.has(path) === true || inputs?.files.has(path) !== true);
    if (paths.some(staleStandby)) {
      ahead?.forget();
      dispatch({ type: 'standby-stale' });
    }
    dispatch({ type: 'changed', paths, always });
  }

  function staleStandby(path: string): boolean {
    return inputs?.aside.has(path) === true || basename(path) === 'package.json';
  }

  async function build(): Promise<void> {
    const outcome = await builder.build();
    timings?.built();
    // What was built goes on its way first. What changes meanwhile is found by the comparison in `follow`.
    switch (outcome.tag) {
      case 'built':
        if (outcome.warnings.length > 0) tell({ type: 'build-warning', warnings: outcome.warnings });
        dispatch({ type: 'built', bundle: outcome.bundle });
        break;
      case 'failed':
        dispatch({ type: 'build-failed', errors: outcome.errors });
    }
    inputs = await outcome.inputs;
    watch.follow(inputs);
  }

  function onMessage(worker: number, message: ToPrimary, handle: Handle | undefined): void {
    switch (message.tag) {
      case 'standby':
        dispatch({ type: 'worker-standby', worker });
        if (isStandby(worker)) send(worker, { tag: 'rehearse' });
        if (worker < 0 || isStandby(worker)) ahead?.up(worker);
        return;
      case 'loaded':
      case 'warmed':
      case 'stale':
      case 'tried':
      case 'tried-all':
      case 'refused':
        return ahead?.handle(worker, message);
      case 'bound':
        if (handle === undefined) return;
        sockets.bound(worker, message.key, message.address, message.standsIn !== null, handle);
        tellAddress(message.address, worker);
        return dispatch({ type: 'worker-listening', worker, key: message.key });
      case 'number':
        return sockets.number(message.key, message.port);
      case 'listening':
        sockets.listening(worker, message.key);
        return dispatch({ type: 'worker-listening', worker, key: message.key });
      case 'release':
        sockets.release(worker, message.key);
        return dispatch({ type: 'worker-released', worker, key: message.key });
      case 'said-ready':
        return dispatch({ type: 'worker-said-ready', worker });
      case 'evaluated':
        return dispatch({ type: 'worker-evaluated', worker });
      case 'clocked': {
        const generation = generationOf(worker);
        if (generation !== undefined) timings?.clocked(generation, message);
        return;
      }
      case 'answered': {
        const generation = generationOf(worker);
        const ms = generation === undefined ? null : (timings?.answered(generation, message.at) ?? null);
        if (generation === undefined || ms === null) return;
        return options.onEvent({ type: 'answered', generation, ms });
      }
      case 'failed':
        if (message.unfit !== null && builder.keepStatic(message.unfit))
          return dispatch({ type: 'worker-unfit', worker });
        return dispatch({
          type: 'worker-failed',
          worker,
          error: { ...message.error, holder: holderOf(message.error) },
        });
      case 'cut':
        return dispatch({ type: 'worker-cut', worker });
      case 'move':
        if (handle !== undefined) transit.move(message.key, message.served, message.peer, handle);
        return;
      case 'accepted':
        return transit.accepted(worker, message.total);
      case 'took':
        return transit.took(message.id);
      case 'drained':
        return dispatch({ type: 'worker-drained', worker });
      case 'open':
        return dispatch({ type: 'worker-open', worker, open: message.open });
      case 'probed':
        return dispatch({ type: 'worker-probed', worker });
    }
  }

  function generationOf(worker: number): number | undefined {
    const found = rollover.state().workers.find(({ id }) => id === worker);
    return found !== undefined && 'generation' in found ? (found.generation ?? undefined) : undefined;
  }

  function isStandby(worker: number): boolean {
    return rollover.state().workers.some(({ id, tag }) => id === worker && tag === 'standby');
  }

  /** What a worker starts with, read anew for each. */
  function environment(): Record<string, string> {
    const env = { NODE_ENV: 'development', ...readEnvironment(options.envFiles, process.env) };
    if (process.env['NODE_ENV'] !== undefined) env.NODE_ENV = process.env['NODE_ENV'];
    return env;
  }

  function run(effect: Effect): void {
    switch (effect.type) {
      case 'build':
        return void build();
      case 'discard':
        return void removeBundle(effect.bundle);
      case 'fork':
        return workers.fork(effect.worker, environment());
      case 'load': {
        sockets.handTo(effect.worker);
        const { generation, bundle } = effect;
        const program = {
          generation,
          file: bundle.file,
          entry: options.entry,
          args: options.args,
          numbers: sockets.numbers(),
          tickets,
          workers: options.workers,
          timing: options.timing,
        };
        timings?.sent(generation);
        return send(effect.worker, { tag: 'load', program });
      }
      case 'hold-out':
        sockets.handTo(effect.worker);
        return send(effect.worker, { tag: 'hold-out', outage: effect.outage });
      case 'go':
        send(effect.worker, { tag: 'go', report: options.ahead, timing: options.timing });
        return transit.flush();
      case 'cut':
        return send(effect.worker, { tag: 'cut', move: effect.move });
      case 'end':
        return send(effect.worker, { tag: 'end', polite: effect.polite });
      case 'list':
        return send(effect.worker, { tag: 'list' });
      case 'probe':
        return send(effect.worker, { tag: 'probe' });
      case 'terminate':
        return workers.terminate(effect.worker);
      case 'kill':
        return workers.kill(effect.worker);
      case 'route':
        routed = effect.generation;
        timings?.ready(routed);
        for (const { id } of rollover.state().workers) send(id, { tag: 'routed' });
        return;
      case 'timer':
        setTimeout(() => dispatch({ type: 'time', timer: effect.timer }), effect.ms);
        return;
      case 'report':
        return tell(effect.event);
      case 'exit':
        return void close(effect.forced);
    }
  }

  /** The first generation that is live makes the start complete. */
  function tell(event: ZdrEvent): void {
    if (event.type === 'unchanged' || event.type === 'build-failed') timings?.dropped();
    if (event.type !== 'live') return options.onEvent(event);
    const timing = timings?.live(event.generation);
    sockets.keepOnly(serving());
    if (announced) {
      options.onEvent(timing === undefined ? event : { ...event, timing });
    } else {
      announced = true;
      const addresses = sockets.addresses();
      for (const address of addresses) told.add(JSON.stringify(address));
      options.onEvent({ type: 'ready', generation: event.generation, ms: performance.now() - start, addresses });
      return;
    }
    for (const address of sockets.addresses()) tellAddress(address, null);
  }

  /** Addresses of the live generation are told once, those of one that still boots when it is live. */
  function tellAddress(address: Address, worker: number | null): void {
    const { generations, workers: all } = rollover.state();
    const live = generations.find(({ tag }) => tag === 'live');
    const owner = all.find(({ id }) => id === worker);
    if (owner !== undefined && 'generation' in owner && owner.generation !== live?.id) return;
    const name = JSON.stringify(address);
    if (!announced || live === undefined || live.id !== routed || told.has(name)) return;
    told.add(name);
    options.onEvent({ type: 'listening', generation: live.id, address });
  }

  async function close(forced: boolean): Promise<void> {
    transit.close();
    sockets.close();
    await Promise.allSettled([watch.close(), builder.close()]);
    removeFolder(folder);
    reaper.close();
    end(forced ? 1 : 0);
  }

  dispatch({ type: 'started' });
  return {
    stop(force) {
      ahead?.close();
      dispatch({ type: 'stop', force });
    },
    reload: () => dispatch({ type: 'changed', paths: [], always: true }),
    closed,
  };
}
