import type { Reloaded } from '../outcome.js';
import type { Status } from '../status.js';

/**
 * What goes over a control socket: one request a connection, as one line of JSON, and replies of the same kind. A
 * `watch` is answered by one status after the other until the client leaves, everything else by one reply.
 */
export type Request = { readonly ask: 'hello' | 'reload' | 'status' | 'watch' };

export type Reply =
  | { readonly tag: 'hello'; readonly hello: Hello }
  | { readonly tag: 'outcome'; readonly outcome: Reloaded }
  | { readonly tag: 'status'; readonly status: Status }
  /** The request was not understood, or could not be answered. */
  | { readonly tag: 'refused'; readonly why: string };

/** Which instance answers. */
export interface Hello {
  /** Of this instance alone: a process can have several. */
  readonly id: string;
  readonly pid: number;
  /** Absolute. */
  readonly entry: string;
  readonly mode: 'dev' | 'start';
  readonly readyUrl: string | null;
  readonly workers: number;
  /** The projects that it belongs to: real paths. */
  readonly projects: readonly string[];
}

/** The longest request, in bytes. */
export const LONGEST = 1_024;

/** How long a client may take to say what it wants, in ms. */
export const PATIENCE = 2_000;

/** How often a watched status is sent, in ms. */
export const EVERY = 500;
