import type { Socket } from './internals.js';

type Listener = (...args: unknown[]) => void;

/** Which listeners a socket has, by event. */
export type Bare = ReadonlyMap<string | symbol, readonly unknown[]>;

export function bareOf(socket: Socket): Bare {
  return new Map(socket.eventNames().map((event) => [event, socket.rawListeners(event as string)]));
}

/**
 * Takes an open socket off the app and off node's HTTP, which both see it close: what was not there at first listens no
 * more. Its bytes go to whoever listens next; the caller does so in the same turn.
 */
export function strip(socket: Socket, bare: Bare): void {
  const closing: Listener[] = [];
  for (const event of socket.eventNames()) {
    const kept = bare.get(event) ?? [];
    for (const listener of socket.rawListeners(event as string) as Listener[]) {
      if (kept.includes(listener)) continue;
      if (event === 'close') closing.push(listener);
      socket.removeListener(event as string, listener);
    }
  }
  socket.setTimeout(0);
  for (const listener of closing) process.nextTick(() => listener.call(socket, false));
}
