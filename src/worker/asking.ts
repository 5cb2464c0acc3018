import { setTimeout } from 'node:timers';
import type { Key } from '../protocol/messages.js';
import { send } from './channel.js';

/** How long the primary may take to answer before the app gets node's own error, in ms. */
const DEADLINE = 3_000;

const waiting = new Map<Key, Set<() => void>>();

/**
 * The address is taken: perhaps by a sibling that has bound it in this instant. `then` is called when the primary has
 * handed over a copy, or knows of none. Keeps the process alive, as a server that listens would.
 */
export function ask(key: Key, then: () => void): void {
  const all = waiting.get(key) ?? new Set();
  waiting.set(key, all);
  const once = (): void => {
    clearTimeout(timer);
    if (all.delete(once)) then();
  };
  const timer = setTimeout(once, DEADLINE);
  all.add(once);
  send({ tag: 'ask', key });
}

/** A copy came before this message, or there is none. */
export function answered(key: Key): void {
  for (const then of waiting.get(key) ?? []) then();
}
