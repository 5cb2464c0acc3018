import { setTimeout as wait } from 'node:timers/promises';
import type { Journal } from './journal.js';
import { ciphered, type Server, type Stage } from './stage.js';
import { type Outcome, type Request, Wire } from './wire.js';

/** What a profile needs while it runs. */
export interface Run {
  readonly stage: Stage;
  /** Whether no further request is to begin. */
  over(): boolean;
  /** A journal that the verdict counts. */
  journal(name: string, server?: Server): Journal;
}

/** Clients of one kind, until the run is over. */
export type Profile = (run: Run) => Promise<void>;

/** `count` times the same client side by side. */
export async function many(count: number, client: (number: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, number) => client(number)));
}

/** Opens a connection, or notes that it was refused. */
export async function connect(run: Run, journal: Journal, server: Server = 'plain'): Promise<Wire | null> {
  try {
    return await Wire.open(run.stage.where[server], ciphered.has(server));
  } catch (error) {
    journal.fail(`connect: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
    // A refused client does not spin.
    await wait(20);
    return null;
  }
}

/** Gives the kept connection, or a new one where the server has ended it between two requests. */
export async function renew(
  run: Run,
  journal: Journal,
  wire: Wire | null,
  server: Server = 'plain',
): Promise<Wire | null> {
  if (wire !== null && !wire.closed) return wire;
  if (wire !== null) {
    if (wire.stray === null) journal.reconnected(wire.ended);
    else journal.fail(wire.stray);
  }
  return connect(run, journal, server);
}

/** Requests on one connection with a pause behind each answer; `exchange` sends one and notes it. */
export async function keep(
  run: Run,
  journal: Journal,
  server: Server,
  pause: () => number,
  exchange: (wire: Wire) => Promise<void>,
): Promise<void> {
  let wire: Wire | null = null;
  while (!run.over()) {
    wire = await renew(run, journal, wire, server);
    if (wire === null) continue;
    await exchange(wire);
    await wait(pause());
  }
  wire?.close();
}

/** A request on a connection of its own. */
export async function once(
  run: Run,
  journal: Journal,
  server: Server,
  exchange: (wire: Wire) => Promise<void>,
): Promise<void> {
  const wire = await connect(run, journal, server);
  if (wire === null) return;
  await exchange(wire);
  wire.close();
}

export async function ask(wire: Wire, journal: Journal, request: Request = {}): Promise<Outcome> {
  const outcome = await wire.send(request);
  journal.note(outcome);
  return outcome;
}

/** An equal chance for each time from `least` to `most`. */
export function between(least: number, most: number): () => number {
  return () => least + Math.random() * (most - least);
}
