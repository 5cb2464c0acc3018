import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Open } from '../events.js';
import { builtin } from './builtin.js';
import type { Server, Socket } from './internals.js';
import { type Connection, connectionOf } from './sockets.js';
import { relay } from './stream.js';
import { giveUp, giveUpAll, overUpstream } from './upstream.js';

/**
 * How long no stream must have been open on a session before the client is asked to leave, in ms. While a client is at
 * work there is no good moment: nghttp2 refuses by itself, unsent, what was begun in the turn in which it reads a GOAWAY,
 * node's own client does not try it again, and h2load does not connect again. Late streams are relayed as long as they
 * come.
 */
const QUIET = 6_000;

/** How long a client may take to close a session after the GOAWAY, in ms. */
const GOODBYE = 1_000;

/** How long it may take to answer a ping, in ms. */
const UNANSWERED = 10_000;

interface Stream {
  readonly method: string;
  readonly path: string;
  readonly at: number;
}

interface Session {
  readonly session: ServerHttp2Session;
  /** What is open and answered by this worker. */
  readonly own: Map<ServerHttp2Stream, Stream>;
  /** What is open and answered by another. */
  readonly relayed: Set<ServerHttp2Stream>;
  /** The other end is a worker, which closes it when it has no more use for it. */
  readonly inner: boolean;
  quiet: NodeJS.Timeout | null;
}

const sessions = new Map<Socket, Session>();
const bySession = new WeakMap<object, Session>();

/** A server of the app listens: its HTTP/2 sessions and their streams are followed. */
export function watchHttp2(server: Server): void {
  if (!/^Http2(Secure)?Server$/.test(server.constructor.name)) return;
  const http2 = server as unknown as Http2Server;
  http2.prependListener('session', met);
  http2.prependListener('stream', began);
}

function met(session: ServerHttp2Session): void {
  const mark = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'socket');
  if (mark === undefined) return;
  const socket = Reflect.get(session, mark) as Socket;
  const entry: Session = {
    session,
    own: new Map(),
    relayed: new Set(),
    inner: connectionOf(socket)?.peer != null,
    quiet: null,
  };
  sessions.set(socket, entry);
  bySession.set(session, entry);
  session.once('close', () => {
    sessions.delete(socket);
    giveUp(socket);
  });
}

let streams = 0;

/** How many HTTP/2 streams began here, those answered by another worker aside. */
export function countStreams(): number {
  return streams;
}

function began(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const entry = stream.session === undefined ? undefined : bySession.get(stream.session);
  if (entry === undefined) return;
  const { ':method': method = '', ':path': path = '' } = headers;
  streams += 1;
  entry.own.set(stream, { method: String(method), path: String(path), at: performance.now() });
  stream.once('close', () => {
    entry.own.delete(stream);
    settle(entry);
  });
}

let cutting = false;

/** From here on the streams that come in are answered by the live generation. */
export function cutSessions(): void {
  cutting = true;
  for (const [speaker, entry] of sessions) {
    entry.session.removeAllListeners('stream');
    entry.session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => {
      void late(entry, speaker, stream, headers, flags);
    });
    settle(entry);
  }
}

async function late(
  entry: Session,
  speaker: Socket,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
): Promise<void> {
  const { constants } = builtin('node:http2');
  entry.relayed.add(stream);
  stream.once('close', () => {
    entry.relayed.delete(stream);
    settle(entry);
  });
  stream.on('error', () => {});
  const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
  const connection = connectionOf(speaker);
  const begun = connection !== undefined && (await overUpstream(connection, (to) => relay(stream, headers, ended, to)));
  // Nobody saw it: the client may send it again.
  if (!begun && !stream.closed) stream.close(constants.NGHTTP2_REFUSED_STREAM);
}

let onSettled = (): void => {};

/** Told when a stream has ended. */
export function whenSettled(listener: () => void): void {
  onSettled = listener;
}

/** Whether all that is open on it is answered by another worker. */
export function isAllLate({ speaker }: Connection): boolean {
  return cutting && sessions.get(speaker)?.own.size === 0;
}

/** Nothing is open: unless something comes, the client is asked to leave. */
function settle(entry: Session): void {
  if (entry.quiet !== null) clearTimeout(entry.quiet);
  entry.quiet = null;
  if (cutting && entry.own.size === 0) onSettled();
  if (!cutting || entry.inner || entry.own.size > 0 || entry.relayed.size > 0) return;
  // Timers run before what has arrived is read, immediates after it: a stream that waits there ends the quiet.
  const late = (): void => {
    if (entry.own.size === 0 && entry.relayed.size === 0) leave(entry);
  };
  entry.quiet = setTimeout(() => setImmediate(late), QUIET).unref();
}

/** More streams than a session can have: a GOAWAY with it asks the client to leave and refuses nothing (RFC 9113, 6.8). */
const ALL = 2 ** 31 - 1;

/** Asks the client to begin no more streams here. Those that are on their way are still answered. */
function leave({ session }: Session): void {
  if (session.destroyed) return;
  session.goaway(builtin('node:http2').constants.NGHTTP2_NO_ERROR, ALL);
  const close = (): void => {
    if (!session.destroyed) session.close();
  };
  // An answer to the ping says that the client knows: what it began before is here, and nothing else comes. Not at once
  // either because a connection that is closed with bytes unread is reset, and the GOAWAY is lost with it.
  session.ping(close);
  setTimeout(close, UNANSWERED).unref();
}

/** A new generation is live: relays go there. */
export function reroute(): void {
  if (cutting) giveUpAll();
}

export function isSession({ speaker }: Connection): boolean {
  return sessions.has(speaker);
}

const EVENTS = 'text/event-stream';

function isEvents(stream: ServerHttp2Stream): boolean {
  return String(stream.sentHeaders?.['content-type']).startsWith(EVENTS);
}

export function openStreams({ speaker }: Connection): readonly Open[] {
  const own = sessions.get(speaker)?.own ?? new Map<ServerHttp2Stream, Stream>();
  return [...own].map(([stream, { method, path, at }]) => ({
    tag: isEvents(stream) ? 'events' : 'request',
    method,
    path,
    age: performance.now() - at,
  }));
}

/** Ends event streams; and the others too, but for `polite`. */
export function endSession({ speaker }: Connection, polite: boolean): void {
  const entry = sessions.get(speaker);
  if (entry === undefined) return;
  const { session, own } = entry;
  for (const stream of own.keys()) if (isEvents(stream)) stream.end();
  if (polite) return session.close();
  // Only carried: it is as open as ever, and has time to end as it should.
  if (cutting && own.size === 0) return leave(entry);
  if (!session.destroyed) session.goaway(builtin('node:http2').constants.NGHTTP2_NO_ERROR);
  setTimeout(() => session.destroy(), GOODBYE).unref();
}
