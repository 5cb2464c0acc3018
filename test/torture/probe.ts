// Loaded into the primary by `node --import`: tells over a unix socket what it holds.
import { createServer } from 'node:net';

/** What only the process itself knows. */
export interface Inside {
  /** Of V8, after a collection, in MB. */
  readonly heap: number;
  /** Timers that run, and everything else that node counts as active. */
  readonly timers: number;
  readonly active: number;
}

const place = process.env['ZDR_TEST_PROBE'];
if (place !== undefined && process.argv[1]?.endsWith('zdr.js')) {
  const server = createServer((socket) => {
    // What waits for a turn of the event loop to be let go of.
    setTimeout(() => {
      (globalThis as { gc?: () => void }).gc?.();
      const active = process.getActiveResourcesInfo();
      const inside: Inside = {
        heap: process.memoryUsage().heapUsed / 1_048_576,
        timers: active.filter((name) => name === 'Timeout').length,
        active: active.length,
      };
      socket.end(JSON.stringify(inside));
    }, 50);
  });
  server.listen(place);
  server.unref();
}
