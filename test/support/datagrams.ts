import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from './deadline.js';

/** Numbered datagrams, one after the other. */
export interface Stream {
  /** Answered so far. */
  answered(): number;
  /** Everything sent after `at` has to be answered by `version` or newer. */
  live(version: number, at: number): void;
  stop(): Promise<{ readonly sent: number; readonly lost: readonly number[]; readonly stale: readonly string[] }>;
}

/** So many may wait for their answers. More than a few hundred would not fit into the kernel's buffer, and be lost there. */
const UNANSWERED = 100;

/** Sends a datagram every `every` ms, and as soon as there is room, to a socket that answers `<version> <number>`. */
export async function startStream(port: number, every = 2, host = '127.0.0.1'): Promise<Stream> {
  const socket = await open();
  const sentAt: number[] = [];
  const answers = new Map<number, number>();
  const lives: { readonly version: number; readonly at: number }[] = [];
  socket.on('message', (message) => {
    const [version = 0, number = 0] = String(message).split(' ').map(Number);
    answers.set(number, version);
  });
  let over = false;
  const sending = (async () => {
    while (!over) {
      if (sentAt.length - answers.size < UNANSWERED) {
        sentAt.push(performance.now());
        socket.send(String(sentAt.length - 1), port, host);
      }
      await wait(every);
    }
  })();
  return {
    answered: () => answers.size,
    live: (version, at) => void lives.push({ version, at }),
    async stop() {
      over = true;
      await sending;
      // The one that is lost is told by its number.
      await until('all answers', () => answers.size >= sentAt.length).catch(() => {});
      socket.close();
      const lost = sentAt.flatMap((_at, number) => (answers.has(number) ? [] : [number]));
      const stale = sentAt.flatMap((at, number) => {
        const live = lives.findLast((one) => one.at < at);
        const version = answers.get(number);
        if (live === undefined || version === undefined || version >= live.version) return [];
        return [`${version} answered what was sent ${Math.round(at - live.at)} ms after ${live.version} was live`];
      });
      return { sent: sentAt.length, lost, stale };
    },
  };
}

async function open(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** A port that no UDP socket has now. */
export async function freeUdpPort(): Promise<number> {
  const socket = await open();
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Why a test with sockets that share a port by the kernel cannot run here, or false. */
export const noReusePort: string | false =
  process.platform !== 'linux'
    ? 'reusePort is tested on Linux'
    : major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
      ? false
      : 'this Node has no reusePort for UDP';
