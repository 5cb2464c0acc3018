import type { InspectorEvent, Params } from '../protocol/inspect.js';
import type { Outcome } from './link.js';
import { type Command, isLasting, record, type Recorded, standsStill } from './record.js';
import type { Session } from './session.js';

/**
 * An attached debugger. It sees one worker at a time, and goes on to that of the next generation, with all that it had
 * set up, as a browser's debugger goes on to the next page.
 */
export interface Client {
  /** A message of the debugger. */
  receive(text: string): void;
  /** It is to see this worker, as soon as nothing holds it where it is. */
  aim(worker: number): void;
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
  readonly prepared: Promise<void>;
  /** What it was not told yet, since there was nobody to say go. */
  readonly omitted: readonly Command[];
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

  function begin(worker: number): View | null {
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
    const omitted = view?.session.busy() === true ? commands.filter(standsStill) : [];
    const prepared = Promise.all(
      commands.filter((command) => !omitted.includes(command)).map((command) => session.post(command)),
    );
    return { session, prepared: prepared.then(() => {}), omitted };
  }

  /** Serves by now, or stands still until somebody looks. */
  const isReady = ({ session }: View, before: View): boolean =>
    isLive(session.worker) || session.calls() || !isLive(before.session.worker);

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
    for (const command of view.omitted) void view.session.post(command);
    for (const request of waiting.splice(0)) void pass(request);
  }

  async function pass(request: Request): Promise<void> {
    const { id, method, params } = request;
    if (view === null) return void waiting.push(request);
    const outcome: Outcome = await view.session.post({ method, params });
    if (outcome.tag === 'result' && isLasting(request)) {
      recorded = record(recorded, { method, params }, outcome.result);
      if (next !== null) void next.session.post({ method, params });
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
    aim(worker) {
      if (closed) return;
      if (view?.session.worker === worker) return dropNext();
      if (next?.session.worker === worker) return;
      dropNext();
      next = begin(worker);
      settle();
    },
    settle,
    async prepared(worker) {
      for (const one of [view, next]) if (one?.session.worker === worker) await one.prepared;
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

function requestOf(text: string): Request | null {
  try {
    const { id, method, params = {} } = JSON.parse(text) as { id?: unknown; method?: unknown; params?: Params };
    return typeof id === 'number' && typeof method === 'string' ? { id, method, params } : null;
  } catch {
    return null;
  }
}
