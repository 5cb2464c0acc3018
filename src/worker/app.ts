import { APP, type AppHook } from '../protocol/app.js';
import { send } from './channel.js';
import { hearsTerm } from './interrupt.js';

let generation: number | null = null;
let holds = 0;
let finishing = 0;
let draining = false;
let listening = false;
const callbacks = new Set<() => unknown>();
const waiting = new Set<() => void>();
let finished = (): void => {};

const hook: AppHook = {
  generation: () => generation,
  onDrain(callback) {
    callbacks.add(callback);
    if (draining) return drain();
    // An app without a server is told to end at once: its callbacks come before that.
    if (listening) return;
    listening = true;
    process.on('SIGTERM', terminated);
  },
  ready(after) {
    if (after === null) send({ tag: 'said-ready' });
    else holdUntil(after);
  },
};

/** The app is not ready before this is done. */
export function holdUntil(after: Promise<unknown>): void {
  holds += 1;
  send({ tag: 'holds', held: true });
  void release(after);
}

/** From here on `zdr/app` reaches this worker. `onFinished`: nothing that was called at the drain runs any more. */
export function installApp(onFinished: () => void): void {
  Object.defineProperty(globalThis, APP, { value: hook, configurable: true });
  finished = onFinished;
}

/** This worker is the app of this generation now. */
export function become(number: number): void {
  generation = number;
}

/** Resolves when the app has said of nothing more that it needs time. */
export async function whenReleased(): Promise<void> {
  if (holds === 0) return;
  await new Promise<void>((resolve) => void waiting.add(resolve));
}

/** Nothing new comes here any more. */
export function drain(): void {
  draining = true;
  for (const callback of callbacks) {
    callbacks.delete(callback);
    void call(callback);
  }
}

/** Whether what was called at the drain still runs. */
export function isFinishing(): boolean {
  return finishing > 0;
}

async function release(after: Promise<unknown>): Promise<void> {
  try {
    await after;
  } catch (error) {
    return uncaught(error);
  }
  holds -= 1;
  if (holds > 0) return;
  send({ tag: 'holds', held: false });
  for (const resolve of waiting) resolve();
  waiting.clear();
}

async function call(callback: () => unknown): Promise<void> {
  finishing += 1;
  try {
    await callback();
  } catch (error) {
    uncaught(error);
  }
  finishing -= 1;
  if (finishing === 0) finished();
}

/** The way of every error of the app that nobody has caught. */
function uncaught(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

function terminated(): void {
  drain();
  const leave = (): void => {
    process.off('SIGTERM', terminated);
    // With handlers of its own the app decides.
    if (!hearsTerm()) process.kill(process.pid, 'SIGTERM');
  };
  if (finishing === 0) return leave();
  const before = finished;
  finished = () => {
    before();
    leave();
  };
}
