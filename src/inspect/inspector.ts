import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { breakOnStart } from './break.js';
import { type Client, openClient, type SessionEvents } from './client.js';
import { type Link, openLink } from './link.js';
import { ROOM } from './numbers.js';
import { openServer } from './server.js';
import { openSession, type Session } from './session.js';
import { placeFor, type Slot } from './slot.js';
import { accept } from './websocket.js';

/**
 * The debugger's door: one address for all generations. Each worker has a thread that carries the inspector's protocol
 * to the primary; a client that is attached sees the newest generation and keeps what it has set up.
 */
export interface Inspector {
  /** Resolves to where it listens; rejects with node's error. */
  listen(): Promise<Listening>;
  /** A process was forked; `pipe` leads to its relay thread. */
  linked(worker: number, pipe: Duplex): void;
  /** It has booted, and its relay thread is being started. */
  up(worker: number): void;
  /**
   * Calls `load`, with the address of the worker's debuggers, once those that are attached have set it up; at the first
   * start with `--inspect-brk` or `-wait`, once one has.
   */
  prepare(worker: number, generation: number, bundle: string, load: (url: string | null) => void): void;
  /** This generation serves now. */
  live(generation: number): void;
  exited(worker: number): void;
  /** Whatever stands at a breakpoint goes on: zdr ends. */
  release(): void;
  close(): Promise<void>;
}

export interface Listening {
  readonly port: number;
  /** The WebSocket of each worker. */
  readonly urls: readonly string[];
}

export interface InspectorOptions {
  readonly host: string;
  readonly port: number;
  /** Whether the app's first line waits for a debugger, and stops there. */
  readonly start: 'run' | 'wait' | 'break';
  readonly workers: number;
  readonly entry: string;
  /** A worker stands still at a breakpoint or waits for the debugger, or goes on. */
  onPaused(worker: number, paused: boolean): void;
}

/** How long a worker may take to be set up for its debugger before the app is loaded, in ms. */
const PATIENCE = 2_000;

export function openInspector(options: InspectorOptions): Inspector {
  const slots: readonly Slot[] = Array.from({ length: options.workers }, () => ({ id: randomUUID(), workers: [] }));
  const links = new Map<number, Link>();
  /** Booted, without an app. */
  const spare = new Set<number>();
  const generations = new Map<number, number>();
  const bundles = new Map<number, string>();
  const clients = new Map<Client, Slot>();
  const pauses = new Map<number, Set<unknown>>();
  let serving = 0;
  let port = options.port;
  let held: { readonly client: (client: Client) => void } | null = null;
  let waits = options.start !== 'run';
  let closed = false;

  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const urlOf = ({ id }: Slot): string => `ws://${host}:${port}/${id}`;
  const isLive = (worker: number): boolean => generations.get(worker) === serving;
  const url = pathToFileURL(options.entry).href;
  const title = (at: number): string =>
    `zdr ${basename(options.entry)}${options.workers > 1 ? ` worker ${at + 1}` : ''}`;
  const server = openServer({
    ...options,
    targets: slots.map(({ id }, at) => ({ id, title: title(at), url })),
    onUpgrade(id, request, socket, head) {
      const slot = slots.find((one) => one.id === id);
      let client: Client | null = null;
      const end = accept(request, socket, head, {
        onText: (text) => client?.receive(text),
        onClose() {
          if (client === null) return;
          clients.delete(client);
          client.close();
        },
      });
      if (end === null || slot === undefined || closed) return end?.close();
      const made = openClient({
        send: end.send,
        open: (worker, number, events) => sessionWith(worker, number, events),
        isLive,
        bundleOf: (worker) => bundles.get(worker) ?? null,
        onRun: () => held?.client(made),
        onLost: () => aim(slot),
      });
      client = made;
      clients.set(made, slot);
      aim(slot);
    },
  });

  function sessionWith(worker: number, number: number, events: SessionEvents): Session | null {
    const link = links.get(worker);
    if (link === undefined) return null;
    const token = {};
    const onPaused = (paused: boolean): void => pause(worker, token, paused);
    return openSession({ worker, link, offset: number * ROOM, onPaused, ...events });
  }

  function pause(worker: number, token: unknown, paused: boolean): void {
    const all = pauses.get(worker) ?? new Set();
    const before = all.size > 0;
    if (paused) all.add(token);
    else all.delete(token);
    pauses.set(worker, all);
    if (before !== all.size > 0) options.onPaused(worker, all.size > 0);
  }

  /** What is to be seen there: the newest worker, but for those of generations that went before the one that serves. */
  function aim(slot: Slot): void {
    if (closed) return;
    const standby = [...spare][slots.indexOf(slot)] ?? null;
    const worker = slot.workers.findLast((one) => (generations.get(one) ?? 0) >= serving) ?? standby ?? [...spare][0];
    for (const [client, of] of clients) if (of === slot && worker !== undefined) client.aim(worker, standby);
  }

  function aimAll(): void {
    for (const slot of slots) aim(slot);
    for (const client of clients.keys()) client.settle();
  }

  function gone(worker: number): void {
    links.delete(worker);
    spare.delete(worker);
    for (const { workers } of slots) {
      const at = workers.indexOf(worker);
      if (at >= 0) workers.splice(at, 1);
    }
    aimAll();
  }

  const clientsOf = (slot: Slot): readonly Client[] =>
    [...clients].flatMap(([client, of]) => (of === slot ? client : []));

  async function ready(slot: Slot, worker: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE);
    });
    // An app that never ends its turn would keep the thread from starting.
    await Promise.race([late, links.get(worker)?.up]);
    await Promise.race([late, Promise.all(clientsOf(slot).map((client) => client.prepared(worker)))]);
    clearTimeout(timer);
  }

  /** Until a debugger says go. */
  function holdOn(worker: number): Promise<Client> {
    const token = {};
    pause(worker, token, true);
    return new Promise((resolve) => {
      held = {
        client(client) {
          held = null;
          waits = false;
          resolve(client);
          // It is not to be late in the instant in which it begins.
          setImmediate(() => pause(worker, token, false));
        },
      };
    });
  }

  async function begin(slot: Slot, worker: number, bundle: string): Promise<void> {
    const first = waits ? await holdOn(worker) : null;
    await ready(slot, worker);
    const session = first?.sessionOf(worker);
    if (session && options.start === 'break') await breakOnStart(session, bundle);
  }

  return {
    async listen() {
      port = await server.listen();
      return { port, urls: slots.map(urlOf) };
    },
    linked(worker, pipe) {
      links.set(
        worker,
        openLink(pipe, () => gone(worker)),
      );
    },
    up(worker) {
      if (!links.has(worker)) return;
      spare.add(worker);
      aimAll();
    },
    prepare(worker, generation, bundle, load) {
      generations.set(worker, generation);
      bundles.set(worker, bundle);
      const slot = links.has(worker) ? placeFor(slots, generation, (one) => generations.get(one) ?? 0) : undefined;
      spare.delete(worker);
      if (slot === undefined) return load(null);
      slot.workers.push(worker);
      aimAll();
      if (!waits && clientsOf(slot).length === 0 && links.get(worker)?.isUp() === true) return load(urlOf(slot));
      void begin(slot, worker, bundle).then(() => load(urlOf(slot)));
    },
    live(generation) {
      serving = generation;
      aimAll();
    },
    exited(worker) {
      gone(worker);
      generations.delete(worker);
      bundles.delete(worker);
      pauses.delete(worker);
    },
    release() {
      closed = true;
      for (const client of clients.keys()) client.close();
    },
    async close() {
      closed = true;
      await server.close();
    },
  };
}
