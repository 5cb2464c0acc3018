import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { builtin } from './builtin.js';
import type { Socket } from './internals.js';
import { move } from './move.js';
import { openPair } from './pair.js';
import { peerOf } from './peer.js';
import type { Connection } from './sockets.js';

/** The most that one session may keep in memory, in MB: a relay is no place to refuse what the app would take. */
const MEMORY = 1_000;

/** A receive window for uploads and downloads on one machine, in bytes. */
const WINDOW = 1 << 20;

interface Upstream {
  readonly session: ClientHttp2Session;
  /** Streams that are open on it. */
  readonly open: Set<ClientHttp2Stream>;
  /** Nothing new comes; it ends with its last stream. */
  given: boolean;
}

const sessions = new Map<Socket, Promise<Upstream | null>>();

/** A stream waits so long for a generation that stays until it has begun, in ms. */
const PATIENCE = 30_000;

/** After a session that was closed before it was of use, in ms. */
const PAUSE = 20;

/**
 * Begins a stream on a session with the live generation, which sees the client of `connection` at its other end. Gives
 * false where there is none. `begin` runs in the turn in which the session was found open: one later it may be closed.
 */
export async function overUpstream(
  connection: Connection,
  begin: (session: ClientHttp2Session) => ClientHttp2Stream | null,
): Promise<boolean> {
  const { speaker } = connection;
  const end = performance.now() + PATIENCE;
  while (performance.now() < end && !speaker.destroyed) {
    const opened = sessions.get(speaker) ?? open(connection);
    sessions.set(speaker, opened);
    const upstream = await opened;
    if (upstream === null) return false;
    if (!upstream.session.closed && !upstream.session.destroyed) {
      const stream = begin(upstream.session);
      if (stream !== null) follow(upstream, stream);
      return true;
    }
    // Given up while it was waited for. Another stream may have opened the next one already.
    if (sessions.get(speaker) === opened) sessions.delete(speaker);
    await wait(PAUSE);
  }
  return false;
}

/** What comes from here on goes over a new session; what is under way ends on the old one. */
export function giveUp(speaker: Socket): void {
  const old = sessions.get(speaker);
  sessions.delete(speaker);
  if (old !== undefined) void abandon(old);
}

async function abandon(old: Promise<Upstream | null>): Promise<void> {
  const upstream = await old;
  if (upstream === null) return;
  upstream.given = true;
  closeEmpty(upstream);
}

function follow(upstream: Upstream, stream: ClientHttp2Stream): void {
  upstream.open.add(stream);
  stream.once('close', () => {
    upstream.open.delete(stream);
    closeEmpty(upstream);
  });
}

/**
 * Never with a stream open: nghttp2 sends the GOAWAY of a close ahead of streams that were begun in the same turn, and
 * node's server answers it by refusing them.
 */
function closeEmpty({ session, open, given }: Upstream): void {
  if (given && open.size === 0) session.close();
}

/** Another generation is live. */
export function giveUpAll(): void {
  for (const speaker of sessions.keys()) giveUp(speaker);
}

async function open(connection: Connection): Promise<Upstream | null> {
  const { key } = connection;
  const pair = await openPair();
  if (pair === null) return null;
  move(key, pair.far, null, peerOf(connection, false));
  const session = builtin('node:http2').connect('http://localhost', {
    createConnection: () => pair.near,
    settings: { enablePush: false, initialWindowSize: WINDOW },
    maxSessionMemory: MEMORY,
  });
  session.on('error', () => {});
  // Before it is known what the app allows, an extended CONNECT would be refused here.
  await new Promise<void>((resolve) => {
    session.once('remoteSettings', () => resolve());
    session.once('close', resolve);
  });
  return { session, open: new Set(), given: false };
}
