import type { IncomingMessage, ServerResponse } from 'node:http';
import { onCut } from '../cut.js';
import type { Server } from '../internals.js';
import { onMeet } from '../servers.js';
import { client } from './client.js';
import { begin, farewell, follow } from './events.js';
import { inject } from './inject.js';
import { EVENTS, SCRIPT } from './paths.js';

let generation = 0;

/** From here on HTML pages of the app load themselves anew. Before the app's first server listens. */
export function start(number: number, trouble: string | null): void {
  generation = number;
  begin(number, trouble);
  onMeet(watchPages);
  onCut(farewell);
}

/** A server of the app listens: its pages get the script, and the script what it asks for. */
function watchPages(server: Server): void {
  const { emit } = server;
  server.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
    if (event === 'request' && answered(args[0] as IncomingMessage, args[1] as ServerResponse)) return true;
    return Reflect.apply(emit, this, [event, ...args]) as boolean;
  };
}

/** Whether the request was for zdr. One for a page goes on to the app, and its answer comes back through here. */
function answered(request: IncomingMessage, response: ServerResponse): boolean {
  const { method, url, headers } = request;
  if (method !== 'GET') return false;
  if (url === SCRIPT || url === EVENTS) {
    const from = headers['sec-fetch-site'];
    if (from !== undefined && from !== 'same-origin') response.writeHead(403).end();
    else if (url === EVENTS) follow(request, response);
    else
      response
        .writeHead(200, {
          'content-type': 'text/javascript',
          'cache-control': 'no-store',
          'content-length': Buffer.byteLength(client),
        })
        .end(client);
    return true;
  }
  if (headers['sec-fetch-dest'] === 'document' || headers.accept?.includes('text/html') === true) {
    // An app that compresses would send what cannot be added to.
    delete headers['accept-encoding'];
    inject(request, response, generation);
  }
  return false;
}
