import childProcess, { ChildProcess, type SpawnOptions } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { basename, resolve } from 'node:path';
import { buildRealm, sourceFor } from './realm.js';

/** What `fork`, `spawn` and `execFile` come to. */
interface Spawned extends SpawnOptions {
  readonly file: string;
  readonly args: readonly string[];
}

/** Flags of node whose value is the next word. */
const TAKES_VALUE = /^(?:-r|-C|--(?:require|import|conditions|loader|experimental-loader|env-file|title))$/;
/** Flags of node with which there is no script. */
const NO_SCRIPT = /^(?:-$|-[a-z]*[epi]|--(?:eval|print|interactive|test|run)\b)/;

/** A child that is node with a source file of the project gets a bundle of it. */
export function install(): void {
  const prototype = ChildProcess.prototype as unknown as { spawn: (options: Spawned) => number };
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    return spawn.call(this, isNode(options.file) ? { ...options, args: withBundle(options) } : options);
  };
  for (const name of ['spawnSync', 'execFileSync'] as const) waitFor(name);
  syncBuiltinESMExports();
}

/** Those who wait for a child do not come by the class. */
function waitFor(name: 'spawnSync' | 'execFileSync'): void {
  const mutable = childProcess as unknown as Record<typeof name, (...args: unknown[]) => unknown>;
  mutable[name] = new Proxy(mutable[name], {
    apply(run, self, args: [unknown, unknown, SpawnOptions | undefined, ...unknown[]]) {
      const [file, words, options] = args;
      if (typeof file !== 'string' || !Array.isArray(words) || !isNode(file)) return Reflect.apply(run, self, args);
      // Where `spawn` has the name of the program, too.
      const [, ...found] = withBundle({ file, args: [file, ...words.map(String)], cwd: options?.cwd });
      return Reflect.apply(run, self, [file, found, ...args.slice(2)]);
    },
  });
}

function isNode(file: string): boolean {
  return file === process.execPath || basename(file) === 'node';
}

function withBundle({ args, cwd }: Spawned): readonly string[] {
  const at = scriptIn(args);
  const script = args[at];
  if (script === undefined) return args;
  const source = sourceFor(script.startsWith('file:') ? script : resolve(String(cwd ?? '.'), script));
  const built = source === null ? null : buildRealm(source);
  return built === null ? args : args.with(at, built);
}

function scriptIn(args: readonly string[]): number {
  for (let at = 1; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (NO_SCRIPT.test(word)) return -1;
    if (TAKES_VALUE.test(word)) at += 1;
    else if (!word.startsWith('-')) return at;
  }
  return -1;
}
