import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from './internals.js';
import { countRequest, doingsOf } from './past.js';
import { goOn, limit } from './resume.js';

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What node's parser calls for a request whose headers it has read. */
type Incoming = (request: IncomingMessage & { readonly upgrade?: boolean }, keepAlive: boolean) => unknown;

/** Called for each request that begins, in every framework, once {@link followRequests} asks for it. */
let follower: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;

/** Node's channel tells of requests. */
let followed = false;

let begun = 0;

/** How many requests began here, HTTP/2 aside. */
export function countRequests(): number {
  return begun;
}

/**
 * Node's HTTP has got this socket: remembers what it has done, and since when it works on a request. Node tells of requests
 * by a channel, too, which costs 1 of the 40 µs that a small one takes, so it is asked only where somebody needs the
 * response before the app has it.
 */
export function watchRequests(socket: Socket): void {
  const { parser } = socket;
  if (parser == null || typeof parser.onIncoming !== 'function') return;
  const doings = doingsOf(socket);
  const next = parser.onIncoming as Incoming;
  const onIncoming: Incoming = (request, keepAlive) => {
    if (doings.moved && goOn(socket)) followChannel();
    if (followed) return next(request, keepAlive);
    begun += 1;
    countRequest(socket, doings);
    const taken = next(request, keepAlive);
    // Somebody else has the connection now.
    if (request.upgrade === true) begun -= 1;
    return taken;
  };
  parser.onIncoming = onIncoming;
}

export function followRequests(listener: (request: IncomingMessage, response: ServerResponse) => void): void {
  follower = listener;
  followChannel();
}

function followChannel(): void {
  if (followed) return;
  followed = true;
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Started;
    const socket = request.socket as Socket;
    const doings = doingsOf(socket);
    begun += 1;
    countRequest(socket, doings);
    if (doings.moved) limit(socket, response, doings.requests);
    follower?.(request, response);
  });
}

/** Calls once, when the first answer from here on has ended. */
export function onFirstAnswer(listener: () => void): void {
  const channel = 'http.server.response.finish';
  const heard = (): void => {
    unsubscribe(channel, heard);
    listener();
  };
  subscribe(channel, heard);
}
