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
  /** After `drain`: how many connections it has, after each change. */
  | { readonly cmd: typeof MEMBER; readonly zdr: 'open'; readonly open: number };
