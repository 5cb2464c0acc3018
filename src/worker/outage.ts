import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers';
import type { Key, Outage } from '../protocol/messages.js';
import { builtin } from './builtin.js';
import { send } from './channel.js';
import type { Handle, Server } from './internals.js';
import { occupy } from './listen.js';
import { allListeners, type Listener } from './listeners.js';
import { answer } from './page.js';
import { isTrusted } from './trust.js';

const http = builtin('node:http');

/** How long a client waits for the next good version before it is told why there is none, in ms. */
const PATIENCE = 10_000;

interface Held {
  readonly key: Key;
  readonly handle: Handle;
  readonly timer: NodeJS.Timeout;
}

const held = new Set<Held>();

/**
 * Stands in for an app that cannot run: holds connections unread, so that they can go to the next good generation,
 * and answers 503 with the reason to those that have waited long enough.
 */
export function holdOut(outage: Outage): void {
  for (const listener of allListeners()) {
    if (listener.address.protocol !== 'http') continue;
    const server = http.createServer((request, response) => refuse(outage, request, response));
    occupy(server as unknown as Server, listener);
    if (!outage.known) hold(listener);
  }
  send({ tag: 'said-ready' });
}

function refuse(outage: Outage, request: IncomingMessage, response: ServerResponse): void {
  const { type, body } = answer(outage, request.headers.accept ?? '', isTrusted(request));
  response.writeHead(503, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'retry-after': '1',
    'zdr-outage': '1',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  request.resume();
}

function hold({ key, handle: listening }: Listener): void {
  const accept = listening.onconnection;
  listening.onconnection = (error, client) => {
    if (client === undefined) return;
    const entry: Held = {
      key,
      handle: client,
      timer: setTimeout(() => {
        held.delete(entry);
        accept?.call(listening, error, client);
      }, PATIENCE),
    };
    held.add(entry);
  };
}

/** Gives up all connections that were not read yet. */
export function letGo(): readonly Pick<Held, 'key' | 'handle'>[] {
  const all = [...held];
  held.clear();
  for (const { timer } of all) clearTimeout(timer);
  return all;
}
