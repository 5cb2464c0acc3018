import { after, isBorder, type Place, START } from './frames.js';
import type { Server, Socket } from './internals.js';

/** A WebSocket close frame with code 1012, "service restart" (RFC 6455 section 5.5.1, IANA registry of close codes). */
const RESTART = Buffer.from([0x88, 0x02, 0x03, 0xf4]);

const places = new WeakMap<Socket, Place>();
const wanted = new WeakMap<Socket, () => void>();

/**
 * Follows what the app writes to sockets that it upgrades, frame headers only. It listens only while the app does:
 * without a listener node answers a request to upgrade like any other.
 */
export function watchUpgrades(server: Server): void {
  if (!('setTimeout' in server)) return;
  const follow = (_request: unknown, socket: Socket): void => {
    if (!places.has(socket)) followWrites(socket);
  };
  const others = (): boolean => server.listeners('upgrade').some((listener) => listener !== follow);
  const listen = (): void => {
    if (!server.listeners('upgrade').includes(follow)) server.prependListener('upgrade', follow);
  };
  if (others()) listen();
  server.on('newListener', (event: string, listener: unknown) => {
    if (event === 'upgrade' && listener !== follow) listen();
  });
  server.on('removeListener', (event: string) => {
    if (event === 'upgrade' && !others()) server.removeListener('upgrade', follow);
  });
}

function followWrites(socket: Socket): void {
  places.set(socket, START);
  const { write } = socket;
  socket.write = function (this: Socket, chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean {
    const more = Reflect.apply(write, this, [chunk, encoding, done]) as boolean;
    const place = after(places.get(socket) ?? START, bytesOf(chunk, encoding));
    places.set(socket, place);
    if (isBorder(place)) wanted.get(socket)?.();
    return more;
  };
}

function bytesOf(chunk: string | Uint8Array, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** Ends an upgraded socket: a WebSocket with its close code, behind the frame that the app is writing. */
export function endUpgraded(socket: Socket): void {
  const place = places.get(socket);
  if (place === undefined || place.tag === 'other') return void socket.end();
  if (!isBorder(place)) return void wanted.set(socket, () => endUpgraded(socket));
  wanted.delete(socket);
  // Not from within the app's own write, whose turn may write more.
  process.nextTick(() => {
    const now = places.get(socket);
    if (socket.destroyed || socket.writableEnded) return;
    if (now === undefined || !isBorder(now)) return endUpgraded(socket);
    socket.write(RESTART);
    socket.end();
  });
}
