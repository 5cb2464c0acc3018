import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

const START = Symbol('zdr.start');

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse & { [START]?: number };
}

/** Called for each request that begins, in every framework, once {@link followRequests} asks for it. */
let follower: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;

let begun = 0;

/** How many requests began here, HTTP/2 aside. */
export function countRequests(): number {
  return begun;
}

/** Remembers when each request began. */
export function watchRequests(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Started;
    begun += 1;
    response[START] = performance.now();
    follower?.(request, response);
  });
}

export function followRequests(listener: (request: IncomingMessage, response: ServerResponse) => void): void {
  follower = listener;
}

/** When the request of this response began (monotonic, ms), where that was seen. */
export function startOf(response: ServerResponse): number | null {
  return (response as Started['response'])[START] ?? null;
}
