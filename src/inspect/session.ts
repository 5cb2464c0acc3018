import type { InspectorEvent } from '../protocol/inspect.js';
import type { Channel, Link, Outcome } from './link.js';
import { renumber } from './numbers.js';
import type { Command } from './record.js';
import { CODE } from '../code.js';

/** One debugger's session with one worker. Until it is shown, what it says is kept. */
export interface Session {
  readonly worker: number;
  /** It stands at a breakpoint, or in the middle of a step: the person is there. */
  busy(): boolean;
  /** Something stands still until the debugger says go. */
  calls(): boolean;
  /** Resolves to what was answered. Parameters and results have the client's numbers. */
  post(command: Command): Promise<Outcome>;
  show(): void;
  /** Sees each event first; what it gives goes to the client, null is kept from it. */
  intercept(look: ((event: InspectorEvent) => InspectorEvent | null) | null): void;
  /** What stands at a breakpoint goes on. */
  close(): void;
}

export interface SessionOptions {
  readonly worker: number;
  readonly link: Link;
  /** Of its numbers, see {@link renumber}. */
  readonly offset: number;
  readonly onEvent: (event: InspectorEvent) => void;
  /** What {@link Session.busy} or {@link Session.calls} give may be new. */
  readonly onChange: () => void;
  readonly onPaused: (paused: boolean) => void;
  readonly onEnd: () => void;
}

/** The thread that carries the sessions is none of the app's. */
const RELAY = new URL('worker/inspect/relay.js', CODE).href;

/** A step that has led nowhere for so long ran off the code, in ms. */
const STEP = 5_000;

const STEPS = new Set([
  'Debugger.stepInto',
  'Debugger.stepOver',
  'Debugger.stepOut',
  'Debugger.continueToLocation',
  'Debugger.restartFrame',
]);

export function openSession(options: SessionOptions): Session {
  const { worker, link, offset, onEvent, onChange, onPaused, onEnd } = options;
  let state: 'running' | 'paused' | 'stepping' = 'running';
  let kept: InspectorEvent[] | null = [];
  /** The last command of the debugger was a step. */
  let steps = false;
  let look: ((event: InspectorEvent) => InspectorEvent | null) | null = null;
  let timer: NodeJS.Timeout | null = null;
  const contexts = new Set<unknown>();
  /** Sessions of threads of the app, as the client knows them; with true, the thread waits for the debugger. */
  const threads = new Map<string, boolean>();
  const hidden = new Set<string>();

  function become(next: typeof state): void {
    if (timer !== null) clearTimeout(timer);
    timer = next === 'stepping' ? setTimeout(() => become('running'), STEP) : null;
    timer?.unref();
    const turned = (state === 'paused') !== (next === 'paused');
    state = next;
    if (turned) onPaused(next === 'paused');
    onChange();
  }

  function onRaw(event: InspectorEvent): void {
    const seen = look === null ? event : look(event);
    follow(event);
    if (seen === null || isHidden(seen)) return;
    const moved = { method: seen.method, params: renumber(seen.params, offset) };
    if (kept === null) onEvent(moved);
    else kept.push(moved);
  }

  function follow({ method, params }: InspectorEvent): void {
    if (method === 'Debugger.paused') become('paused');
    else if (method === 'Debugger.resumed' && state === 'paused') become(steps ? 'stepping' : 'running');
    else if (method === 'Runtime.executionContextCreated') {
      const { id, auxData } = params['context'] as { id: number; auxData?: { isDefault?: boolean } };
      if (auxData?.isDefault === true) contexts.add(id);
    }
  }

  function isHidden({ method, params }: InspectorEvent): boolean {
    // For a debugger that would be the end. The next generation comes.
    if (method === 'Runtime.executionContextDestroyed') return contexts.has(params['executionContextId']);
    const id = String(params['sessionId']);
    switch (method) {
      case 'NodeWorker.attachedToWorker':
        if ((params['workerInfo'] as { url?: string }).url === RELAY) hidden.add(id);
        else threads.set(id, params['waitingForDebugger'] === true);
        onChange();
        return hidden.has(id);
      case 'NodeWorker.detachedFromWorker':
        threads.delete(id);
        return hidden.has(id);
      case 'NodeWorker.receivedMessageFromWorker':
        return hidden.has(id);
    }
    return false;
  }

  /** What the client believes to be going on here is over. */
  function farewell(): void {
    if (timer !== null) clearTimeout(timer);
    const was = state;
    state = 'running';
    if (kept === null) {
      for (const id of threads.keys()) onEvent({ method: 'NodeWorker.detachedFromWorker', params: { sessionId: id } });
      if (was === 'paused') onEvent({ method: 'Debugger.resumed', params: {} });
    }
    threads.clear();
    if (was === 'paused') onPaused(false);
  }

  const channel: Channel = link.open({
    onEvent: onRaw,
    onEnd() {
      farewell();
      onEnd();
    },
  });

  return {
    worker,
    busy: () => state !== 'running',
    calls: () => state === 'paused' || [...threads.values()].includes(true),
    post({ method, params }) {
      if (STEPS.has(method)) steps = true;
      else if (method === 'Debugger.resume' || method === 'Debugger.disable') steps = false;
      return new Promise((resolve) => {
        channel.post(method, renumber(params, -offset), (outcome) =>
          resolve(outcome.tag === 'error' ? outcome : { tag: 'result', result: renumber(outcome.result, offset) }),
        );
      });
    },
    show() {
      const events = kept ?? [];
      kept = null;
      for (const event of events) onEvent(event);
    },
    intercept(next) {
      look = next;
    },
    close() {
      farewell();
      channel.close();
    },
  };
}
