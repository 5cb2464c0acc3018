import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { Connection } from '../support/connection.js';
import type { Cell, Fault } from './cell.js';

const bodies = 'POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 4\r\n\r\n';

/** Heads and bodies that come in pieces, in the middle of which the phase lies. */
const slow: Fault = {
  name: 'slow clients',
  async strike(cell) {
    for (const [first, second] of [
      ['GET / HT', 'TP/1.1\r\nHost: app\r\n\r\n'],
      [`${bodies}ab`, 'cd'],
      [bodies, 'abcd'],
    ] as const) {
      const connection = await Connection.open(cell.where());
      cell.asked.push(connection.raw(first).finally(() => connection.close()));
      rest.set(cell, [...(rest.get(cell) ?? []), () => connection.write(second)]);
    }
  },
  after: async (cell) => rest.get(cell)?.forEach((write) => write()),
};
const rest = new WeakMap<Cell, readonly (() => void)[]>();

async function some({ where }: Cell, count: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => createConnection({ ...where(), allowHalfOpen: true }));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.on('error', () => {}).resume();
  return sockets;
}

const halves: Fault = {
  name: 'half-closed connections',
  async strike(cell) {
    const [silent, asking, uploading] = await some(cell, 3);
    silent!.end();
    asking!.end('GET /slow HTTP/1.1\r\nHost: app\r\n\r\n');
    uploading!.end(`${bodies}ab`);
    kept.set(cell, [silent!, asking!, uploading!]);
  },
  after: async (cell) => kept.get(cell)?.forEach((socket) => socket.destroy()),
};
const kept = new WeakMap<Cell, readonly Socket[]>();

const resets: Fault = {
  name: 'reset connections',
  async strike(cell) {
    const [silent, asking, uploading] = await some(cell, 3);
    asking!.write('GET /slow HTTP/1.1\r\nHost: app\r\n\r\n');
    uploading!.write(`${bodies}ab`);
    for (const socket of [silent!, asking!, uploading!]) socket.resetAndDestroy();
  },
};

export const clientFaults: readonly Fault[] = [slow, halves, resets];
