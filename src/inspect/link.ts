import type { Duplex } from 'node:stream';
import {
  type InspectorError,
  type InspectorEvent,
  lineReader,
  type Params,
  type ToInspector,
  type ToRelay,
} from '../protocol/inspect.js';

/** What a command came to. */
export type Outcome =
  | { readonly tag: 'result'; readonly result: Params }
  | { readonly tag: 'error'; readonly error: InspectorError };

/** A session of a worker's inspector. */
export interface Channel {
  /** `done` is called once, also when the worker ends before it answers. */
  post(method: string, params: Params, done: (outcome: Outcome) => void): void;
  close(): void;
}

export interface ChannelEvents {
  onEvent(event: InspectorEvent): void;
  /** The worker has ended. Not called after `close`. */
  onEnd(): void;
}

/** The primary's end of the pipe to the relay thread of one worker. */
export interface Link {
  /** The thread runs, or never will. */
  readonly up: Promise<void>;
  isUp(): boolean;
  open(events: ChannelEvents): Channel;
}

const ENDED: Outcome = { tag: 'error', error: { code: -32_000, message: 'The generation has ended' } };

/** `onOver`: the worker has ended, or never had such a thread. */
export function openLink(pipe: Duplex, onOver: () => void): Link {
  const channels = new Map<number, ChannelEvents & { readonly pending: Map<number, (outcome: Outcome) => void> }>();
  let last = 0;
  let over = false;
  let running = false;
  let onUp = (): void => {};
  const up = new Promise<void>((resolve) => {
    onUp = resolve;
  });

  const say = (message: ToRelay): void => {
    if (!over && pipe.writable) pipe.write(`${JSON.stringify(message)}\n`);
  };
  const settle = (session: number, id: number, outcome: Outcome): void => {
    const pending = channels.get(session)?.pending;
    const done = pending?.get(id);
    pending?.delete(id);
    done?.(outcome);
  };
  const end = (): void => {
    if (over) return;
    over = true;
    onUp();
    const all = [...channels.values()];
    channels.clear();
    onOver();
    for (const { pending, onEnd } of all) {
      for (const done of pending.values()) done(ENDED);
      onEnd();
    }
  };
  pipe.on('data', lineReaderOf(handle));
  pipe.on('error', () => pipe.destroy());
  pipe.on('end', end);
  pipe.on('close', end);

  function handle(message: ToInspector): void {
    switch (message.tag) {
      case 'up':
        running = true;
        return onUp();
      case 'answer':
        return settle(message.session, message.id, { tag: 'result', result: message.result });
      case 'refusal':
        return settle(message.session, message.id, { tag: 'error', error: message.error });
      case 'event':
        return channels.get(message.session)?.onEvent(message.event);
    }
  }

  return {
    up,
    isUp: () => running,
    open(events) {
      const session = (last += 1);
      const pending = new Map<number, (outcome: Outcome) => void>();
      let count = 0;
      if (over) setImmediate(() => events.onEnd());
      else channels.set(session, { ...events, pending });
      say({ tag: 'open', session });
      return {
        post(method, params, done) {
          if (!channels.has(session)) return done(ENDED);
          const id = (count += 1);
          pending.set(id, done);
          say({ tag: 'post', session, id, method, params });
        },
        close() {
          if (!channels.delete(session)) return;
          say({ tag: 'close', session });
          for (const done of pending.values()) done(ENDED);
        },
      };
    },
  };
}

function lineReaderOf(handle: (message: ToInspector) => void): (bytes: Buffer) => void {
  const decoder = new TextDecoder();
  const read = lineReader((line) => handle(JSON.parse(line) as ToInspector));
  return (bytes) => read(decoder.decode(bytes, { stream: true }));
}
