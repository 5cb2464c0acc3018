import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from './internals.js';
import { countRequest } from './past.js';
import { goOn } from './resume.js';

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Called for each request that begins, in every framework, once {@link followRequests} asks for it. */
let follower: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;

let begun = 0;

/** How many requests began here, HTTP/2 aside. */
export function countRequests(): number {
  return begun;
}

/** What was answered before was no client's: a rehearsal. */
export function countFromHere(): void {
  begun = 0;
}

/** Remembers what each connection has done, and since when it works on a request. */
export function watchRequests(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Started;
    begun += 1;
    const socket = request.socket as Socket;
    const { moved, requests } = countRequest(socket);
    if (moved) goOn(socket, response, requests);
    follower?.(request, response);
  });
}

export function followRequests(listener: (request: IncomingMessage, response: ServerResponse) => void): void {
  follower = listener;
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
