import { acceptHere } from './accept.js';
import { whenReleased } from './app.js';
import { builtin } from './builtin.js';
import { send } from './channel.js';
import { allListeners, type Listener } from './listeners.js';
import { openPair } from './pair.js';

const http = builtin('node:http');

/** Between two questions, in ms. */
const PAUSE = 50;

/** An app that does not answer by then is asked once more, in ms. */
const PATIENCE = 2_000;

/**
 * Asks this worker's own server, over a connection that nobody else can see, until it answers 2xx. Then it is ready.
 * The primary's deadline for the boot ends it otherwise.
 */
export async function askUntilReady(url: string): Promise<void> {
  for (;;) {
    const listener = listenerFor(url);
    if (listener !== undefined && (await ask(listener, url))) break;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE);
    });
  }
  await whenReleased();
  send({ tag: 'said-ready' });
}

/** A URL with a port means the server on this port; a path, the first server. */
function listenerFor(url: string): Listener | undefined {
  const port = url.startsWith('/') ? '' : new URL(url).port;
  return allListeners().find(
    ({ server, address }) =>
      server !== null &&
      address.protocol !== 'tcp' &&
      (port === '' || (address.kind === 'tcp' && address.port === Number(port))),
  );
}

async function ask({ handle, address }: Listener, url: string): Promise<boolean> {
  const pair = await openPair();
  if (pair === null) return false;
  const { near, far } = pair;
  acceptHere(handle, far);
  const { pathname, search, host } = new URL(url, 'http://localhost');
  const secure = address.protocol === 'https';
  const options = {
    path: pathname + search,
    headers: { host, connection: 'close', 'user-agent': 'zdr' },
    createConnection: () => (secure ? builtin('node:tls').connect({ socket: near, rejectUnauthorized: false }) : near),
    timeout: PATIENCE,
  };
  return new Promise((resolve) => {
    const request = (secure ? builtin('node:https') : http).request(options, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      response.once('close', () => resolve(statusCode >= 200 && statusCode < 300));
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', () => resolve(false));
    request.end();
  });
}
