import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
import { buildRealm, sourceFor } from './realm.js';

/** `new Worker` of a source file gets a bundle of it. */
export function install(): void {
  const mutable = threads as { Worker: unknown };
  mutable.Worker = new Proxy(threads.Worker, {
    construct(target, args: unknown[], newTarget) {
      const [where, options] = args as [string | URL, { eval?: boolean } | undefined];
      const built = options?.eval === true || String(where).startsWith('data:') ? null : builtFor(where);
      return Reflect.construct(target, built === null ? args : [built, ...args.slice(1)], newTarget) as object;
    },
  });
  syncBuiltinESMExports();
}

function builtFor(where: string | URL): string | null {
  const source = sourceFor(where);
  return source === null ? null : buildRealm(source);
}
