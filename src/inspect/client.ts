import type { InspectorEvent, Params } from '../protocol/inspect.js';
import { type Carried, openCarried, type Origins } from './carry.js';
import { type Command, isForApp, isLasting, record, type Recorded, standsStill } from './record.js';
import type { Session } from './session.js';

/**
 * An attached debugger. It sees one worker at a time, and goes on to that of the next generation, with all that it had
 * set up, as a browser's debugger goes on to the next page.
 */
export interface Client {
  /** A message of the debugger. */
  receive(text: string): void;
  /**
   * It is to see this worker, as soon as nothing holds it where it is; `standby` may be the next, and gets all but
   * breakpoints ahead.
   */
  aim(worker: number, standby: number | null): void;
  /** Something changed that {@link ClientOptions.isLive} tells of. */
  settle(): void;
  /** Resolves once `worker` is set up as the debugger wants it; at once where it is not aimed at. */
  prepared(worker: number): Promise<void>;
  /** Its session with `worker`. */
  sessionOf(worker: number): Session | null;
  close(): void;
}

export interface ClientOptions {
  send(text: string): void;
  /** `number` counts the sessions of this client from 0 on. Null: the worker has ended. */
  open(worker: number, number: number, events: SessionEvents): Session | null;
  /** It belongs to the generation that serves. */
  isLive(worker: number): boolean;
  /** The file of what it runs; null: nothing yet. */
  bundleOf(worker: number): string | null;
  /** The debugger says that it is set up: what waits for it can begin. */
  onRun(): void;
  /** It sees nothing now, and wants to be aimed. */
  onLost(): void;
}

export interface SessionEvents {
  onEvent(event: InspectorEvent): void;
  onChange(): void;
  onEnd(): void;
}

interface Request extends Command {
  readonly id: number;
}

interface View {
  readonly session: Session;
  carried: Carried | null;
  /** It has no app yet. */
  standby: boolean;
  prepared: Promise<unknown>;
  /** What it was not told yet: breakpoints before it has the app, or since there was nobody to say go. */
  omitted: readonly Command[];
}

export function openClient({ send, open, isLive, bundleOf, onRun, onLost }: ClientOptions): Client {
  let recorded: Recorded = new Map();
  const origins: Origins = new Map();
  let view: View | null = null;
  /** Boots, or waits for the client to be done in the one before. */
  let next: View | null = null;
  let count = 0;
  let shown = 0;
  let closed = false;
  const waiting: Request[] = [];

  const tell = (event: InspectorEvent): void => send(JSON.stringify(event));

  function begin(worker: number, standby: boolean): View | null {
    let one: View | null = null;
    const session = open(worker, count, {
      onEvent(event) {
        for (const seen of one?.carried?.seen(event) ?? [event]) tell(seen);
      },
      onChange: settle,
      onEnd() {
        if (next === one) next = null;
        if (view !== one) return;
        view = null;
        if (!closed) onLost();
      },
    });
    if (session === null) return null;
    count += 1;
    const commands = [...recorded.values()];
    const later = standby
      ? commands.filter(isForApp)
      : view?.session.busy() === true
        ? commands.filter(standsStill)
        : [];
    const prepared = Promise.all(
      commands.filter((command) => !later.includes(command)).map((command) => session.post(command)),
    );
    one = { session, carried: null, standby, prepared, omitted: later };
    return one;
  }

  /** Sets breakpoints of the app's files where the worker's bundle has them. */
  async function carry(one: View): Promise<void> {
    const bundle = bundleOf(one.session.worker);
    if (bundle === null) return;
    one.carried ??= openCarried(one.session, bundle, (event) => {
      if (one === view) tell(event);
    });
    await one.carried.place(() => recorded, origins);
  }

  /** It gets the app: what was omitted is due, but for what would make it stand while the person is elsewhere. */
  function complete(one: View): void {
    one.standby = false;
    const elsewhere = one !== view && view?.session.busy() === true;
    const later = elsewhere ? one.omitted.filter(standsStill) : [];
    const now = one.omitted.filter((command) => !later.includes(command));
    one.omitted = later;
    const posted = now.map((command) => one.session.post(command));
    one.prepared = Promise.all([one.prepared, ...posted, elsewhere ? null : carry(one)]);
  }

  /** Serves by now, or stands still until somebody looks. */
  const isReady = ({ session, standby }: View, before: View): boolean =>
    !standby && (isLive(session.worker) || session.calls() || !isLive(before.session.worker));

  function dropNext(): void {
    const dropped = next;
    next = null;
    dropped?.session.close();
  }

  /** Goes on to the next worker, where nothing speaks against it. */
  function settle(): void {
    if (next === null) return;
    if (view !== null && (view.session.busy() || !isReady(next, view))) return;
    const old = view;
    view = next;
    next = null;
    old?.session.close();
    if (shown > 0) tell({ method: 'Runtime.executionContextsCleared', params: {} });
    shown += 1;
    view.session.show();
    complete(view);
    for (const request of waiting.splice(0)) void pass(request);
  }

  /** What a command means for the breakpoints that are carried on. */
  async function follow(one: View, command: Command, result: Params): Promise<Params> {
    switch (command.method) {
      case 'Debugger.disable':
        origins.clear();
        for (const each of [one, next]) each?.carried?.cleared();
        return result;
      case 'Debugger.removeBreakpoint': {
        const id = String(command.params['breakpointId']);
        origins.delete(id);
        await Promise.all([one, next].map((each) => each?.carried?.removed(id)));
        return result;
      }
      case 'Debugger.setBreakpointByUrl':
        if (next !== null && !next.standby && !one.session.busy()) void carry(next);
        return (await one.carried?.added(command, result, () => recorded, origins)) ?? result;
    }
    return result;
  }

  async function pass(request: Request): Promise<void> {
    const { id, method, params } = request;
    if (view === null) return void waiting.push(request);
    const one = view;
    const outcome = await one.session.post({ method, params });
    if (outcome.tag === 'error') return send(JSON.stringify({ id, error: outcome.error }));
    let { result } = outcome;
    if (isLasting(request)) {
      recorded = record(recorded, { method, params }, result);
      if (next?.standby === true) next.omitted = [...recorded.values()].filter(isForApp);
      if (next !== null && !(next.standby && concernsApp(request))) void next.session.post({ method, params });
      result = await follow(one, request, result);
    }
    send(JSON.stringify({ id, result }));
    if (method === 'Runtime.runIfWaitingForDebugger') onRun();
  }

  return {
    receive(text) {
      const request = requestOf(text);
      if (request === null) send(JSON.stringify({ error: { code: -32_700, message: 'Message must be a command' } }));
      else void pass(request);
    },
    aim(worker, standby) {
      if (closed) return;
      const wanted = view?.session.worker === worker ? standby : worker;
      if (next !== null && next.session.worker === wanted) return;
      dropNext();
      if (wanted === null || wanted === view?.session.worker) return;
      next = begin(wanted, wanted !== worker);
      settle();
    },
    settle,
    async prepared(worker) {
      for (const one of [view, next]) {
        if (one?.session.worker !== worker) continue;
        complete(one);
        await one.prepared;
      }
    },
    sessionOf: (worker) => [view, next].find((one) => one?.session.worker === worker)?.session ?? null,
    close() {
      closed = true;
      dropNext();
      view?.session.close();
      view = null;
    },
  };
}

function concernsApp(command: Command): boolean {
  return isForApp(command) || command.method === 'Debugger.removeBreakpoint';
}

function requestOf(text: string): Request | null {
  try {
    const { id, method, params = {} } = JSON.parse(text) as { id?: unknown; method?: unknown; params?: Params };
    return typeof id === 'number' && typeof method === 'string' ? { id, method, params } : null;
  } catch {
    return null;
  }
}
