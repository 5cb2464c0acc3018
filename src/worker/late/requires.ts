import module from 'node:module';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { builtNow, exportsOf, sourceFor } from './realm.js';

type Load = (this: unknown, request: unknown, parent: { filename?: string | null } | null, isMain: boolean) => unknown;

const Loader = module as unknown as { _load: Load };

/**
 * `require` of the project's source files whose names were not known when the bundle was built, by the app or by a
 * package: a module that the bundle has is that module, others are built.
 */
export function install(): void {
  const load = Loader._load;
  Loader._load = function (request, parent, isMain) {
    const file = isMain ? null : sourceNamed(request, parent?.filename ?? null);
    if (file === null) return load.call(this, request, parent, isMain);
    const shared = exportsOf(file);
    if (shared !== undefined) return shared.exports();
    const exports = load.call(this, builtNow(file).file, parent, false);
    return exportsOf(file)?.exports() ?? exports;
  };
}

function sourceNamed(request: unknown, parent: string | null): string | null {
  if (typeof request !== 'string') return null;
  if (isAbsolute(request)) return request.includes(`${sep}node_modules${sep}`) ? null : sourceFor(request);
  // From within a package, what begins with a dot is the package's.
  if (!/^\.{1,2}(?:[\\/]|$)/.test(request) || parent === null || parent.includes(`${sep}node_modules${sep}`))
    return null;
  return sourceFor(resolve(dirname(parent), request));
}
