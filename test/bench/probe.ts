import { performance } from 'node:perf_hooks';
import { Wire } from '../torture/wire.js';

/** A request on a connection of its own. Times are monotonic ms. */
export interface Mark {
  readonly at: number;
  readonly endedAt: number;
  /** Of the code that answered; null when the request failed. */
  readonly version: number | null;
  readonly why: string | null;
}

/** A client that opens a connection every `every` ms, asks once on it and tries nothing twice. */
export interface Probe {
  readonly marks: readonly Mark[];
  /** Forgets what was seen so far. */
  clear(): void;
  /** Waits for the answers to all that was asked so far, and goes on asking. */
  settled(): Promise<void>;
  /** Waits for all that is under way. */
  stop(): Promise<void>;
}

/** Time between two requests, ms. */
export const EVERY = 2;
/** More than this are not under way at once. */
const MOST = 4000;
/** An answer that has not come by then never comes, ms. */
const PATIENCE = 10_000;

export function startProbe(port: number, every = EVERY): Probe {
  const marks: Mark[] = [];
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    if (open.size >= MOST) return;
    const asked = ask(port).then((mark) => void marks.push(mark));
    open.add(asked);
    void asked.then(() => open.delete(asked));
  }, every);
  return {
    marks,
    clear: () => void marks.splice(0),
    settled: () => Promise.all(open).then(() => {}),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

/** Asks once on a new connection. */
export async function ask(port: number): Promise<Mark> {
  const at = performance.now();
  let late = false;
  const fail = (why: string): Mark => ({ at, endedAt: performance.now(), version: null, why });
  let wire: Wire | null = null;
  const timer = setTimeout(() => {
    late = true;
    wire?.close();
  }, PATIENCE);
  try {
    wire = await Wire.open({ host: '127.0.0.1', port });
    const outcome = await wire.send();
    if (outcome.tag === 'failed') return fail(late ? `no answer in ${PATIENCE / 1000} s` : outcome.why);
    const { status, start } = outcome.reply;
    const version = versionIn(start);
    if (status !== 200 || version === null) return fail(`status ${status}`);
    return { at, endedAt: outcome.endedAt, version, why: null };
  } catch (error) {
    return fail((error as NodeJS.ErrnoException).code ?? String(error));
  } finally {
    clearTimeout(timer);
    wire?.close();
  }
}

/** The version that an answer says, or null. */
export function versionIn(body: Buffer): number | null {
  const found = /"version":(\d+)/.exec(body.toString('latin1'));
  return found === null ? null : Number(found[1]);
}
