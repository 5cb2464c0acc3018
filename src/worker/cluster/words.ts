/**
 * What the worker that runs an app which uses node:cluster, and the workers that this app has forked, say to each other.
 * Node hands messages whose `cmd` starts with NODE_ to 'internalMessage', and node:cluster knows only its own.
 */
export const MEMBER = 'NODE_ZDR_MEMBER';

export type ToMember =
  /** Newer code takes over: what is open gets one more answer. */
  { readonly cmd: typeof MEMBER; readonly zdr: 'drain' };

export type FromMember =
  /** What it begins with has run: it listens on what it wants. */
  | { readonly cmd: typeof MEMBER; readonly zdr: 'evaluated' }
  /** After `drain`, after each change: how many connections it has, and how many it was ever dealt. */
  | { readonly cmd: typeof MEMBER; readonly zdr: 'open'; readonly open: number; readonly met: number };

/** What node:cluster sends with a connection that one of its workers is to have. Source: lib/internal/cluster. */
export function dealsOut(message: unknown): boolean {
  const { cmd, act } = (message ?? {}) as { readonly cmd?: unknown; readonly act?: unknown };
  return cmd === 'NODE_CLUSTER' && act === 'newconn';
}
