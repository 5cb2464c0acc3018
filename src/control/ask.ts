import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import type { Reply, Request } from './protocol.js';

/** Asks the instance behind `path`. Ends when it has said all, and throws when it cannot be reached, or `signal` says so. */
export async function* ask(path: string, request: Request, signal?: AbortSignal): AsyncGenerator<Reply> {
  const socket = createConnection({ path, ...(signal === undefined ? {} : { signal }) });
  const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
  failed.catch(() => {});
  socket.write(`${JSON.stringify(request)}\n`);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([lines.next(), failed]);
      if (next.done === true) {
        if (socket.errored !== null) throw socket.errored;
        return;
      }
      yield JSON.parse(next.value) as Reply;
    }
  } finally {
    socket.destroy();
  }
}
