import type { InspectorEvent, Params } from '../protocol/inspect.js';
import type { Outcome } from './link.js';
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
  /** It has no app yet. */
  standby: boolean;
  prepared: Promise<unknown>;
  /** What it was not told yet: breakpoints before it has the app, or since there was nobody to say go. */
  omitted: readonly Command[];
}

export function openClient({ send, open, isLive, onRun, onLost }: ClientOptions): Client {
  let recorded: Recorded = new Map();
  let view: View | null = null;
  /** Boots, or waits for the client to be done in the one before. */
  let next: View | null = null;
  let count = 0;
  let shown = 0;
  let closed = false;
  const waiting: Request[] = [];

  const tell = (event: InspectorEvent): void => send(JSON.stringify(event));

  function begin(worker: number, standby: boolean): View | null {
    let mine: Session | null = null;
    const session = open(worker, count, {
      onEvent: tell,
      onChange: settle,
      onEnd() {
        if (next?.session === mine) next = null;
        if (view?.session !== mine) return;
        view = null;
        if (!closed) onLost();
      },
    });
    if (session === null) return null;
    mine = session;
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
    return { session, standby, prepared, omitted: later };
  }

  /** It gets the app: what was omitted is due, but for what would make it stand while the person is elsewhere. */
  function complete(one: View): void {
    one.standby = false;
    const later = one !== view && view?.session.busy() === true ? one.omitted.filter(standsStill) : [];
    const now = one.omitted.filter((command) => !later.includes(command));
    one.omitted = later;
    one.prepared = Promise.all([one.prepared, ...now.map((command) => one.session.post(command))]);
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

  async function pass(request: Request): Promise<void> {
    const { id, method, params } = request;
    if (view === null) return void waiting.push(request);
    const outcome: Outcome = await view.session.post({ method, params });
    if (outcome.tag === 'result' && isLasting(request)) {
      recorded = record(recorded, { method, params }, outcome.result);
      if (next?.standby === true) next.omitted = [...recorded.values()].filter(isForApp);
      if (next !== null && !(next.standby && concernsApp(request))) void next.session.post({ method, params });
    }
    send(JSON.stringify(outcome.tag === 'result' ? { id, result: outcome.result } : { id, error: outcome.error }));
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
