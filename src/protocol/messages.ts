import type { Address, AppError, Open } from '../events.js';

/**
 * What primary and workers say to each other, one union per direction. A message travels as `{ cmd: ENVELOPE, zdr }`:
 * node hands messages whose `cmd` starts with NODE_ to 'internalMessage', so that the app's own
 * `process.on('message')` never sees them. Messages and handles of one channel arrive in the order sent.
 */
export const ENVELOPE = 'NODE_ZDR';

/** Names a listening address as the app asked for it, e.g. `4:127.0.0.1:3000`, `6::0#1`, `unix:/run/app.sock`. */
export type Key = string;

export type ToWorker =
  /** With a listening handle that the primary keeps: the app's `listen` for this key takes it, and waits for `go`. */
  | { readonly tag: 'adopt'; readonly key: Key; readonly address: Address }
  | { readonly tag: 'load'; readonly program: Program }
  /** This worker is live: accept, and start what was taken. */
  | { readonly tag: 'go' }
  /** Stop accepting at once, confirm, then move what is idle (`move`) or end it politely. */
  | { readonly tag: 'cut'; readonly move: boolean }
  /** With an open connection of an older generation. */
  | { readonly tag: 'take'; readonly id: number; readonly key: Key; readonly served: boolean }
  /** End now what is still open. `polite`: only what has no end of its own (WebSockets, event streams). */
  | { readonly tag: 'end'; readonly polite: boolean }
  | { readonly tag: 'list' }
  | { readonly tag: 'probe' }
  /** The primary let go of its copy of a listening handle (or keeps it for others). */
  | { readonly tag: 'released'; readonly key: Key }
  /** Close the handle that stands in for `key` and bind the real address. */
  | { readonly tag: 'rebind'; readonly key: Key };

export type ToPrimary =
  | { readonly tag: 'standby' }
  /** With a copy of the handle that this worker has bound. */
  | { readonly tag: 'bound'; readonly key: Key; readonly address: Address; readonly standsIn: Key | null }
  /** An adopted handle is in use. */
  | { readonly tag: 'listening'; readonly key: Key; readonly address: Address }
  /** The app closed its server. */
  | { readonly tag: 'release'; readonly key: Key }
  | { readonly tag: 'evaluated' }
  | { readonly tag: 'failed'; readonly error: AppError }
  /** Nothing is accepted or answered by this worker any more but what is under way. */
  | { readonly tag: 'cut' }
  /** With an idle connection. `served`: it has answered a request before. */
  | { readonly tag: 'move'; readonly key: Key; readonly served: boolean }
  /** A taken connection is the app's now. */
  | { readonly tag: 'took'; readonly id: number }
  | { readonly tag: 'drained' }
  | { readonly tag: 'open'; readonly open: readonly Open[] }
  | { readonly tag: 'probed' };

/** What a standby needs to become the app. */
export interface Program {
  readonly generation: number;
  /** The bundle. */
  readonly file: string;
  /** The source entry: what the app sees as `process.argv[1]`. */
  readonly entry: string;
  readonly args: readonly string[];
}
