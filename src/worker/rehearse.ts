import { Duplex } from 'node:stream';
import { builtin } from './builtin.js';

const http = builtin('node:http');

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** How long it may take, in ms: an app that comes meanwhile waits for it. */
const PATIENCE = 200;

let running: Promise<unknown> | null = null;

/**
 * Goes once, on nothing, the ways of node that an app goes at its start and with its first request. So node loads what
 * it needs for them, and V8 compiles it, before there is a save, and the first answer comes sooner.
 */
export function rehearse(): void {
  // What was loaded before the app may look at requests, and would see one that nobody sent.
  if (running !== null || isPreloaded()) return;
  running = Promise.race([
    Promise.all([importOne(), answerOne()]).catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, PATIENCE).unref()),
  ]);
}

/** Nothing of it is still going on. */
export async function rehearsed(): Promise<void> {
  await running;
}

/** Whether something was loaded before the app, which may go on by itself. */
export function isPreloaded(): boolean {
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return flags.some((flag) => /^(?:--import|--require|-r|--loader|--experimental-loader)\b/.test(flag));
}

async function importOne(): Promise<void> {
  process.setSourceMapsEnabled(true);
  await import('./blank.js');
}

function answerOne(): Promise<void> {
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end('nothing');
  });
  const socket = new Duplex({
    read() {},
    write: (_chunk, _encoding, done) => done(),
    final: (done) => done(),
  });
  return new Promise((resolve) => {
    socket.once('close', resolve);
    server.emit('connection', socket);
    socket.push(REQUEST);
    socket.push(null);
  });
}
