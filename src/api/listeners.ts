import type { ZdrEvent } from '../events.js';

/** The name of an event. */
export type EventType = ZdrEvent['type'];

/** The event of a name; of `*`, all of them. */
export type EventOf<T extends EventType | '*'> = T extends EventType
  ? Extract<ZdrEvent, { readonly type: T }>
  : ZdrEvent;

export interface Listeners {
  /** Gives what ends the listening. */
  on<T extends EventType | '*'>(type: T, listener: (event: EventOf<T>) => void): () => void;
  tell(event: ZdrEvent): void;
}

export function openListeners(): Listeners {
  const all = new Set<readonly [string, (event: never) => void]>();
  return {
    on(type, listener) {
      const entry = [type, listener] as const;
      all.add(entry);
      return () => void all.delete(entry);
    },
    tell(event) {
      for (const [type, listener] of all) if (type === '*' || type === event.type) call(listener, event);
    },
  };
}

/** What a listener throws is its owner's affair, and must not stop zdr in the middle of a step. */
function call(listener: (event: never) => void, event: ZdrEvent): void {
  try {
    listener(event as never);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
