import type { AppError, ZdrEvent } from '../events.js';
import { holderOf } from '../primary/holder.js';
import type { Parts } from './parts.js';

/**
 * Workers whose app was refused an address and was told so by node. Some apps (Express 5 with a callback for `listen`)
 * do not look at it and just end, so zdr keeps the reason.
 */
export interface Unbound {
  refused(worker: number, error: AppError): void;
  /** It has found another address. */
  bound(worker: number): void;
  /** Its time is over, or it ended: if this is why, it is told as its failure. Gives whether it is. */
  blame(worker: number): boolean;
  heard(event: ZdrEvent): void;
}

export function openUnbound(parts: () => Pick<Parts, 'options' | 'rollover'>): Unbound {
  const errors = new Map<number, AppError>();
  return {
    refused: (worker, error) => void errors.set(worker, error),
    bound: (worker) => void errors.delete(worker),
    blame(worker) {
      const error = errors.get(worker);
      if (error === undefined) return false;
      errors.delete(worker);
      parts().rollover.dispatch({ type: 'worker-failed', worker, error: { ...error, holder: holderOf(error) } });
      return true;
    },
    heard(event) {
      if (event.type !== 'ready' || event.addresses.length > 0) return;
      for (const error of errors.values()) {
        const holder = holderOf(error);
        const by = holder === null ? '' : `, which ${holder.command} (pid ${holder.pid}) holds`;
        const message = `the app runs without a server: ${error.message}${by}`;
        parts().options.onEvent({ type: 'warning', message, hint: null, section: null });
      }
    },
  };
}
