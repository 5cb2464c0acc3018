import type { Plan } from '../protocol/ahead.js';

/** Which standbys evaluate something ahead just now. */
export interface Warming {
  begin(standby: number, plan: Plan): void;
  /** It has done all of what it was sent with this number. A later plan may be under way. */
  done(standby: number, number: number): void;
  /** Nothing is awaited of it any more: it got the app, or has ended. */
  forget(standby: number): void;
  atRest(): boolean;
  close(): void;
}

export interface WarmingOptions {
  readonly send: (standby: number, number: number, plan: Plan) => void;
  /** It takes longer than what a trial found harmless can take. */
  readonly onLate: (standby: number) => void;
}

/** How long a standby may take over what a trial found harmless, in ms. */
const PATIENCE = 20_000;

export function openWarming({ send, onLate }: WarmingOptions): Warming {
  const awaited = new Map<number, { readonly number: number; readonly timer: NodeJS.Timeout }>();
  let last = 0;

  function forget(standby: number): void {
    clearTimeout(awaited.get(standby)?.timer);
    awaited.delete(standby);
  }

  return {
    begin(standby, plan) {
      forget(standby);
      const number = (last += 1);
      const timer = setTimeout(() => {
        forget(standby);
        onLate(standby);
      }, PATIENCE);
      awaited.set(standby, { number, timer });
      send(standby, number, plan);
    },
    done(standby, number) {
      if (awaited.get(standby)?.number === number) forget(standby);
    },
    forget,
    atRest: () => awaited.size === 0,
    close() {
      for (const standby of awaited.keys()) forget(standby);
    },
  };
}
