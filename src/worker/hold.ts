import type { Socket } from './internals.js';
import { strip } from './bare.js';
import { canRelay } from './fallbacks.js';
import { move, unconsume } from './move.js';
import { openPair } from './pair.js';
import { pastOf } from './past.js';
import { peerOf } from './peer.js';
import { timeLeft } from './resume.js';
import { type Connection, isWeb } from './sockets.js';

/** How long a client may take to close a connection that was ended here, in ms. */
const GOODBYE = 1_000;

/** How long node's HTTP waits for the first request of a connection, in ms. */
const FIRST = 60_000;

/** Taken off the app. `carrying`: its bytes go to and from the live generation. */
const held = new Map<Socket, 'waiting' | 'carrying'>();

/**
 * Keeps an idle TLS connection, whose keys cannot leave this process. When the client sends something, that becomes a
 * connection of the live generation's server and this process only ciphers. An answer of the new code that says
 * `Connection: close` ends it; without a request it ends when the server's keep-alive time-out would have ended it.
 */
export function hold(connection: Connection): void {
  const { speaker, socket, bare } = connection;
  if (bare === null || held.has(speaker)) return;
  const past = pastOf(connection);
  unconsume(speaker);
  strip(speaker, bare);
  held.set(speaker, 'waiting');
  socket.once('close', () => held.delete(speaker));
  speaker.on('error', () => speaker.destroy());
  speaker.once('end', () => {
    if (held.get(speaker) === 'waiting') bye(speaker);
  });
  if (!isWeb(connection)) {
    // The server may be the one that speaks first.
    held.set(speaker, 'carrying');
    speaker.pause();
    return void carry(connection, Buffer.alloc(0));
  }
  const left = past.requests > 0 ? timeLeft(socket._server as object, past) : FIRST;
  speaker.setTimeout(left === null ? 0 : Math.max(left, 1), () => {
    // A timer runs before what has arrived is read, an immediate after it.
    setImmediate(() => {
      if (held.get(speaker) === 'waiting') bye(speaker);
    });
  });
  speaker.once('data', (chunk: Buffer) => {
    speaker.pause();
    speaker.setTimeout(0);
    held.set(speaker, 'carrying');
    void carry(connection, chunk);
  });
  speaker.resume();
  speaker._handle?.readStart?.();
}

/** Whether it is one whose keys cannot leave this process, but whose bytes can. */
export function canHold({ bare }: Connection): boolean {
  return bare !== null && canRelay();
}

export function isHeld({ speaker }: Connection): boolean {
  return held.has(speaker);
}

/** Ends it. `polite`: not while an answer may be on its way. */
export function dropHeld({ speaker }: Connection, polite: boolean): void {
  if (!polite || held.get(speaker) === 'waiting') bye(speaker);
}

function bye(speaker: Socket): void {
  if (held.get(speaker) === 'waiting') speaker.end();
  setTimeout(() => speaker.destroy(), GOODBYE).unref();
}

async function carry(connection: Connection, chunk: Buffer): Promise<void> {
  const { speaker, key } = connection;
  const pair = await openPair();
  if (pair === null) return void speaker.destroy();
  const { near, far } = pair;
  move(key, far, null, peerOf(connection, isAlone(chunk)));
  near.on('error', () => speaker.destroy());
  near.once('close', () => speaker.destroySoon());
  speaker.once('close', () => near.destroy());
  near.write(chunk);
  speaker.pipe(near);
  near.pipe(speaker);
}

const END = '\r\n\r\n';

/**
 * Whether a client that sent this waits for the answer: nothing follows the request but its body. One that has sent the
 * next request already would lose it if the answer to the first were the last.
 */
function isAlone(chunk: Buffer): boolean {
  const end = chunk.indexOf(END);
  if (end < 0 || end + END.length === chunk.length) return true;
  return /^(content-length|transfer-encoding):/im.test(chunk.toString('latin1', 0, end));
}
