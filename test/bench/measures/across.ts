import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { until } from '../../support/deadline.js';
import { ask } from '../probe.js';
import type { Running } from '../running.js';

/** What became of what was under way at a save. */
export interface Across {
  /** A response of 10 s, 100 lines. */
  readonly stream: string;
  readonly events: string;
  readonly socket: string | { readonly none: string };
  /** Whether new code answered while they were open, and after which time, ms. */
  readonly live: number | null;
}

/** Of a stream: how many messages came, and how it ended when it did. */
interface Seen {
  count: number;
  lastAt: number;
  end: string | null;
}

/** Longer than the stream takes. */
const LENGTH = 11_000;

export async function measureAcross(running: Running, noWebSocket: string | null): Promise<Across> {
  const { port } = running.app;
  const stream = read(port, '/stream');
  const events = read(port, '/events');
  const socket = noWebSocket === null ? listen(port) : { count: 1, lastAt: 0, end: noWebSocket };
  const start = performance.now();
  await until(
    'all three begin',
    () => [stream, events, socket].every(({ count, end }) => count > 0 || end !== null),
    5000,
  );
  await wait(500);
  const savedAt = performance.now();
  running.app.save(2);
  let live: number | null = null;
  while (live === null && performance.now() < savedAt + LENGTH) {
    const mark = await ask(port);
    if (mark.version === 2) live = mark.endedAt - savedAt;
    await wait(5);
  }
  await until('the stream', () => stream.end !== null || performance.now() > start + LENGTH, LENGTH + 1000);
  await until(
    'a while',
    () => performance.now() > savedAt + 3000 || (events.end !== null && socket.end !== null),
    5000,
  );
  const result = {
    stream: stream.end === 'ended' && lines(stream) === 100 ? 'finished' : `cut: ${stream.end ?? 'silent'}`,
    events: fate(events),
    socket: noWebSocket === null ? fate(socket) : { none: noWebSocket },
    live,
  };
  events.stop?.();
  socket.stop?.();
  stream.stop?.();
  return result;
}

type Reader = Seen & { stop?(): void };

/** A message within the last second means that it lives. */
function fate({ end, lastAt }: Seen): string {
  if (end !== null) return `cut: ${end}`;
  return performance.now() - lastAt < 1000 ? 'alive' : 'silent';
}

function lines({ count }: Seen): number {
  return count;
}

function read(port: number, path: string): Reader {
  const seen: Reader = { count: 0, lastAt: 0, end: null };
  const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    response.on('data', (bytes: Buffer) => {
      seen.count += bytes
        .toString('latin1')
        .split('\n')
        .filter((line) => line !== '').length;
      seen.lastAt = performance.now();
    });
    response.on('end', () => (seen.end ??= response.complete ? 'ended' : 'closed'));
    response.on('error', (error: NodeJS.ErrnoException) => (seen.end ??= error.code ?? error.message));
  });
  request.on('error', (error: NodeJS.ErrnoException) => (seen.end ??= error.code ?? error.message));
  seen.stop = () => request.destroy();
  return seen;
}

function listen(port: number): Reader {
  const seen: Reader = { count: 0, lastAt: 0, end: null };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
  socket.on('message', () => {
    seen.count++;
    seen.lastAt = performance.now();
  });
  socket.on('close', (code: number) => (seen.end ??= `code ${code}`));
  socket.on('error', () => {});
  seen.stop = () => socket.terminate();
  return seen;
}
