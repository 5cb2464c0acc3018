import { setFlagsFromString } from 'node:v8';

/**
 * What `main.ts` has of node. Loaded ahead of the flags: with them, V8 would not take node's code as it comes compiled. And
 * imported, so that an app in ES modules has the one of http, which takes long (`builtin.ts`), before it is saved.
 */
const NODES = [
  'async_hooks',
  'child_process',
  'cluster',
  'dgram',
  'fs',
  'http',
  'module',
  'net',
  'os',
  'perf_hooks',
  'timers/promises',
  'util',
  'vm',
  'worker_threads',
];

await Promise.all(NODES.map((name) => import(`node:${name}`)));
// Nobody waits for this worker: its code is compiled now, and not when it is first called, which would be at a save.
setFlagsFromString('--no-flush-bytecode');
setFlagsFromString('--no-lazy');
try {
  await import('./main.js');
} finally {
  setFlagsFromString('--lazy');
}
