import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

const START = Symbol('zdr.start');

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse & { [START]?: number };
}

/** Called for each request that begins, in every framework, once {@link followRequests} asks for it. */
let follower: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;

/** Remembers when each request began. */
export function watchRequests(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Started;
    response[START] = performance.now();
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

/** When the request of this response began (monotonic, ms), where that was seen. */
export function startOf(response: ServerResponse): number | null {
  return (response as Started['response'])[START] ?? null;
}
