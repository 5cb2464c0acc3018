import net from 'node:net';
import type { ToPrimary, ToWorker } from '../protocol/messages.js';
import { IPC, type Lane, LANE_FD, openLane, type Pipe, type PipeClass, PIPES } from '../protocol/lane.js';
import { channelPipe, shown } from './concealed.js';
import type { Handle } from './internals.js';

type Out = Extract<ToPrimary, { tag: 'move' | 'failed' | 'stale' }>;
type Move = Extract<Out, { tag: 'move' }>;
type Take = Extract<ToWorker, { tag: 'take' }>;

let lane: Lane<Out> | null = null;

/** The primary has opened its end. */
export function openOurs(receive: (message: Take, handle: Handle | undefined) => void): void {
  const channel = shown(channelPipe) as Pipe | undefined;
  if (channel === undefined) return;
  const pipes = Array.from({ length: PIPES }, (_, n) => {
    const pipe = new (channel.constructor as PipeClass)(IPC);
    pipe.open(LANE_FD + n);
    const stream = new net.Socket({ handle: pipe } as net.SocketConstructorOpts);
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
  if (lane === null) return false;
  lane.send(message, handle, settled);
  return true;
}

/** Says something beside the channel; false where there is no such way. */
export function sendBeside(message: Exclude<Out, Move>): boolean {
  lane?.send(message);
  return lane !== null;
}
