import type { SendHandle } from 'node:child_process';
import { ENVELOPE, type ToPrimary, type ToWorker } from '../protocol/messages.js';
import type { Handle } from './internals.js';
import { conceal, shown, surroundNode } from './concealed.js';

interface Envelope {
  readonly cmd: string;
  readonly zdr: ToWorker;
}

// Taken before the app runs: what it does to `process.send` is its own affair.
const sendRaw = process.send?.bind(process);
const { channel } = process;

/** The primary is gone: nobody would end this process in time. */
const gone = (): void => process.exit(0);

/** Sends, and calls `sent` when the message (and the handle) has left this process, or cannot. */
export function send(message: ToPrimary, handle?: Handle, sent: () => void = () => {}): void {
  shown(() => {
    if (sendRaw === undefined || !process.connected) return sent();
    // A channel that closes under way is no error here: node ends the worker then.
    sendRaw({ cmd: ENVELOPE, zdr: message }, handle as unknown as SendHandle, {}, sent);
  });
}

/** Whether the primary has confirmed all handles that were sent. Until then node keeps here what is sent behind one. */
export function isConfirmed(): boolean {
  return shown(() => (process as unknown as { readonly _handleQueue?: unknown })._handleQueue == null);
}

/** Messages of the primary, in order. The app's `process.on('message')` does not see them. */
export function receive(listener: (message: ToWorker, handle: Handle | undefined) => void): void {
  surroundNode();
  process.once('disconnect', gone);
  process.on('internalMessage' as 'message', (message, handle) => {
    const envelope = message as Envelope;
    if (envelope.cmd === ENVELOPE) listener(envelope.zdr, handle as unknown as Handle | undefined);
  });
}

/**
 * Whether the channel alone keeps this process alive. It must not while the app decides (a script ends by itself),
 * and it must while the app waits for something that only the primary can bring.
 */
export function holdOn(hold: boolean): void {
  held = hold;
  refer();
}

let held = true;
let shared = false;

function refer(): void {
  if (held || (shared && process.listenerCount('message') > 0)) channel?.ref();
  else channel?.unref();
}

/** The app has a channel: while it listens to messages it does not end by itself, as under node. */
export function share(): void {
  shared = true;
  const look = (name: string | symbol): void => {
    if (name === 'message') process.nextTick(refer);
  };
  process.on('newListener', look);
  process.on('removeListener', look);
}

/** From here on the app sees nothing of the channel. */
export function keepToOurselves(): void {
  if (conceal(gone)) process.off('disconnect', gone);
}

/** For tests only: the channel breaks. */
export function breakOff(): void {
  shown(() => process.disconnect());
  process.nextTick(gone);
}
