import net from 'node:net';
import type { ToPrimary, ToWorker } from '../protocol/messages.js';
import { IPC, type Lane, LANE_FD, openLane, type Pipe, type PipeClass } from '../protocol/lane.js';
import type { Handle } from './internals.js';

type Move = Extract<ToPrimary, { tag: 'move' }>;
type Take = Extract<ToWorker, { tag: 'take' }>;

let lane: Lane<Move> | null = null;

/** The primary has opened its end. */
export function openOurs(receive: (message: Take, handle: Handle | undefined) => void): void {
  const mark = Object.getOwnPropertySymbols(process).find(({ description }) => description === 'kChannelHandle');
  const channel = mark === undefined ? undefined : (Reflect.get(process, mark) as Pipe);
  if (channel === undefined) return;
  const pipe = new (channel.constructor as PipeClass)(IPC);
  if (pipe.open(LANE_FD) !== 0) return;
  const stream = new net.Socket({ handle: pipe } as net.SocketConstructorOpts);
  lane = openLane<Take, Move>(stream, pipe, (message, handle) => receive(message, handle as Handle | undefined));
  // What keeps the process alive is the app, or the channel.
  stream.unref();
}

/** Gives a connection away; false where there is no such way. */
export function sendAway(message: Move, handle: Handle, sent: () => void): boolean {
  if (lane === null) return false;
  lane.send(message, handle, sent);
  return true;
}
