import { setFlagsFromString } from 'node:v8';

/**
 * What `main.ts` has of node. Loaded ahead of the flags: with them, V8 would not take node's code as it comes compiled. And
 * imported: an app in ES modules has their ES modules then.
 */
const NODES = [
  'async_hooks',
  'child_process',
  'cluster',
  'dgram',
  'fs',
  'module',
  'net',
  'os',
  'perf_hooks',
  'timers/promises',
  'util',
  'vm',
  'worker_threads',
];

// Where its ES module would load undici, it waits for an app that has that as well (ahead/undici.ts).
if (!('WebSocket' in process.getBuiltinModule('node:http'))) NODES.push('http');
await Promise.all(NODES.map((name) => import(`node:${name}`)));
// Nobody waits for this worker: its code is compiled now, and not when it is first called, which would be at a save.
setFlagsFromString('--no-flush-bytecode');
setFlagsFromString('--no-lazy');
try {
  await import('./main.js');
} finally {
  setFlagsFromString('--lazy');
}
