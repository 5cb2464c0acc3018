import asyncHooks from 'node:async_hooks';
import childProcess from 'node:child_process';
import cluster from 'node:cluster';
import crypto from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import dns from 'node:dns';
import inspector from 'node:inspector';
import module from 'node:module';
import net from 'node:net';
import v8 from 'node:v8';
import { builtin } from '../builtin.js';

/**
 * What a package that calls it while it is evaluated shows to others, changes for others, or depends on the moment in.
 * Asynchronous work is seen as such and need not stand here, nor what becomes a property of something.
 */
export const forbidden: readonly (readonly [object, readonly string[]])[] = [
  [
    process,
    [
      'exit',
      'abort',
      'kill',
      'chdir',
      'umask',
      'dlopen',
      'emit',
      'emitWarning',
      'hrtime',
      'uptime',
      'listeners',
      'rawListeners',
    ],
  ],
  [
    process,
    [
      'listenerCount',
      'eventNames',
      'setUncaughtExceptionCaptureCallback',
      'setSourceMapsEnabled',
      'send',
      'disconnect',
    ],
  ],
  [
    process,
    [
      'on',
      'once',
      'addListener',
      'prependListener',
      'prependOnceListener',
      'off',
      'removeListener',
      'removeAllListeners',
    ],
  ],
  [
    process,
    ['setuid', 'setgid', 'seteuid', 'setegid', 'setgroups', 'initgroups', 'loadEnvFile', 'setMaxListeners', 'cpuUsage'],
  ],
  [process.hrtime, ['bigint']],
  [process.stdout, ['write', 'end', 'on', 'once', 'addListener', 'removeListener']],
  [process.stderr, ['write', 'end', 'on', 'once', 'addListener', 'removeListener']],
  [performance, ['now', 'mark', 'measure', 'timerify']],
  [childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
  [cluster, ['on', 'once', 'fork', 'setupPrimary', 'disconnect']],
  [crypto, ['setEngine', 'setFips']],
  [diagnostics, ['subscribe', 'unsubscribe']],
  [diagnostics.Channel.prototype, ['subscribe', 'unsubscribe', 'bindStore', 'publish']],
  [asyncHooks, ['createHook']],
  [asyncHooks.AsyncLocalStorage.prototype, ['enterWith', 'run', 'getStore']],
  [dns, ['setServers', 'setDefaultResultOrder']],
  [builtin('node:http'), ['setMaxIdleHTTPParsers']],
  [inspector, ['open', 'url', 'waitForDebugger']],
  [module, ['register', 'registerHooks', 'syncBuiltinESMExports', 'enableCompileCache', 'runMain']],
  [net, ['setDefaultAutoSelectFamily', 'setDefaultAutoSelectFamilyAttemptTimeout']],
  [v8, ['setFlagsFromString', 'setHeapSnapshotNearHeapLimit']],
  [globalThis, ['gc']],
];
