import { unlink } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Address } from '../events.js';
import type { Key, ToWorker } from '../protocol/messages.js';
import type { Handle } from './workers.js';

interface Entry {
  readonly key: Key;
  readonly handle: Handle;
  readonly address: Address;
  /** Workers whose app listens on it. */
  readonly holders: Set<number>;
  /** Workers that have a copy, whether their app listens on it or not: each keeps the address bound. */
  readonly copies: Set<number>;
  /** It is bound to another address than it is for, until the old generation is gone. */
  readonly standsIn: boolean;
}

/**
 * The listening sockets. The primary keeps a copy of each, so that the port stays bound whatever becomes of the
 * workers, and connections wait in the kernel's queue. It never accepts on them.
 */
export interface Sockets {
  /** Hands all of them to a worker that is about to become the app. */
  handTo(worker: number): void;
  has(key: Key): boolean;
  /** Hands one of them to workers that run already. */
  share(key: Key, workers: readonly number[]): void;
  bound(worker: number, key: Key, address: Address, standsIn: boolean, handle: Handle): void;
  listening(worker: number, key: Key): void;
  /** The app closed its server: the address is free again once nobody else listens there. */
  release(worker: number, key: Key): void;
  gone(worker: number): void;
  /** `live` are all that serve now: what none of them listens on is closed. With none of them nobody can tell. */
  keepOnly(live: readonly number[]): void;
  addresses(): readonly Address[];
  /** Resolves when each is bound to the address that it is for, or after a while. */
  settled(): Promise<void>;
  /** What the system gave for a port 0. */
  number(key: Key, port: number): void;
  /** These outlive the sockets: every generation asks for the same. */
  numbers(): readonly (readonly [Key, number])[];
  close(): void;
}

/** How long a handover waits for that, and how often it looks, in ms. */
const PATIENCE = 1_000;
const LOOK = 5;

export function openSockets(send: (worker: number, message: ToWorker, handle?: Handle) => void): Sockets {
  const entries = new Map<Key, Entry>();
  const numbers = new Map<Key, number>();
  /** The workers that put a server on its real address now. */
  const rebinding = new Map<Key, number>();
  const drop = (entry: Entry): void => {
    entry.handle.close();
    entries.delete(entry.key);
    for (const worker of entry.copies) send(worker, { tag: 'released', key: entry.key });
    // libuv removes the file only where it was bound under that name.
    if (entry.address.kind === 'unix') unlink(entry.address.path, () => {});
  };
  const hand = ({ key, address, handle, copies }: Entry, worker: number): void => {
    copies.add(worker);
    send(worker, { tag: 'adopt', key, address }, handle);
  };
  return {
    handTo(worker) {
      for (const entry of entries.values()) hand(entry, worker);
    },
    has: (key) => entries.has(key),
    share(key, workers) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      for (const worker of workers) if (!entry.copies.has(worker) && !entry.holders.has(worker)) hand(entry, worker);
    },
    bound(worker, key, address, standsIn, handle) {
      if (rebinding.get(key) === worker) rebinding.delete(key);
      const old = entries.get(key);
      old?.handle.close();
      const holders = new Set([...(old?.holders ?? []), worker]);
      entries.set(key, { key, handle, address, holders, copies: old?.copies ?? new Set(), standsIn });
    },
    listening(worker, key) {
      entries.get(key)?.holders.add(worker);
    },
    release(worker, key) {
      if (rebinding.get(key) === worker) rebinding.delete(key);
      const entry = entries.get(key);
      entry?.holders.delete(worker);
      entry?.copies.delete(worker);
      if (entry !== undefined && entry.holders.size === 0) drop(entry);
      send(worker, { tag: 'released', key });
    },
    gone(worker) {
      for (const [key, by] of rebinding) if (by === worker) rebinding.delete(key);
      for (const { holders, copies } of entries.values()) {
        holders.delete(worker);
        copies.delete(worker);
      }
    },
    keepOnly(live) {
      // It has crashed in this very moment, and its successor listens on what it did.
      if (live.length === 0) return;
      for (const [key, by] of rebinding) if (!live.includes(by)) rebinding.delete(key);
      for (const entry of entries.values()) {
        const holder = live.find((worker) => entry.holders.has(worker));
        if (holder === undefined) drop(entry);
      }
      for (const entry of entries.values()) {
        const [holder] = live;
        // Several workers would each have to bind the address anew; they go on with the one that stands in.
        if (!entry.standsIn || holder === undefined || live.length > 1) continue;
        entry.handle.close();
        entries.delete(entry.key);
        rebinding.set(entry.key, holder);
        send(holder, { tag: 'rebind', key: entry.key });
      }
    },
    number: (key, port) => void numbers.set(key, port),
    numbers: () => [...numbers],
    async settled() {
      for (const end = performance.now() + PATIENCE; rebinding.size > 0 && performance.now() < end;) await wait(LOOK);
    },
    addresses: () => [...entries.values()].map(({ address }) => address),
    close() {
      for (const entry of entries.values()) drop(entry);
    },
  };
}
