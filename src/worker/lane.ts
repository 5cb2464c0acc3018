import net from 'node:net';
import type { ToPrimary, ToWorker } from '../protocol/messages.js';
import { IPC, type Lane, LANE_FD, openLane, type Pipe, type PipeClass, PIPES } from '../protocol/lane.js';
import { channelPipe, shown } from './concealed.js';
import type { Handle } from './internals.js';

type Out = Extract<ToPrimary, { tag: 'move' | 'failed' | 'stale' }>;
type Move = Extract<Out, { tag: 'move' }>;
type Take = Extract<ToWorker, { tag: 'take' }>;

/** Node's own, whatever the app has put in its place by the time it is needed. */
const { Socket } = net;

type Receive = (message: Take, handle: Handle | undefined) => void;

let lane: Lane<Out> | null = null;
let receiveLater: Receive | null = null;

/** There is a lane. It is opened before it is needed, when nobody waits. */
export function expectOurs(receive: Receive): void {
  receiveLater = receive;
}

/** Opens our end, if there is a lane and it is not open yet. What has come by it meanwhile waits in the system. */
export function openOurs(): void {
  const receive = receiveLater;
  if (receive === null) return;
  receiveLater = null;
  // Null once the app has closed it.
  const channel = shown(channelPipe) as Pipe | null | undefined;
  if (channel === undefined || channel === null) return;
  const pipes = Array.from({ length: PIPES }, (_, n) => {
    const pipe = new (channel.constructor as PipeClass)(IPC);
    pipe.open(LANE_FD + n);
    const stream = new Socket({ handle: pipe } as net.SocketConstructorOpts);
    // What keeps the process alive is the app, or the channel.
    stream.unref();
    return [stream, pipe] as const;
  });
  lane = openLane<Take, Out>(pipes, (message, handle) => {
    // One without its handle is told as missed.
    receive(message, handle as Handle | undefined);
    return true;
  });
}

/** Gives a connection away, and tells whether it arrived; false where there is no such way. */
export function sendAway(message: Move, handle: Handle, settled: (arrived: boolean) => void): boolean {
  openOurs();
  if (lane === null) return false;
  lane.send(message, handle, settled);
  return true;
}

/** Says something beside the channel; false where there is no such way. */
export function sendBeside(message: Exclude<Out, Move>): boolean {
  openOurs();
  lane?.send(message);
  return lane !== null;
}
