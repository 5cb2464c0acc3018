import { closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { PIPE } from '../../protocol/inspect.js';
import { CODE } from '../../code.js';

/** Starts the thread that serves the debugger. It does not keep the process alive, and inherits nothing of the app's. */
export function inspect(): void {
  const relay = new Worker(new URL('worker/inspect/relay.js', CODE), { execArgv: [], env: {}, name: 'zdr inspector' });
  relay.unref();
  // Without it the app runs as without a debugger; the primary sees the pipe close.
  relay.on('error', () => {
    try {
      closeSync(PIPE);
    } catch {
      // It is closed.
    }
  });
}
