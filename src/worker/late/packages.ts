import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { facadeOf, promiseOf } from './facade.js';
import type { Instead, Wanted } from './hooks.js';
import { importsAnything } from './imports.js';
import { builtNow, exportsOf, isOurs, loadSource, sourceFor } from './realm.js';
import { CODE } from '../../code.js';

interface Context {
  readonly parentURL?: string;
}
interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}
type Resolve = (specifier: string, context: Context) => Resolved;
interface Hooks {
  /** Node 22.15 and newer. */
  registerHooks?(hooks: { resolve(specifier: string, context: Context, next: Resolve): Resolved }): void;
}
interface Loader {
  readonly prototype: { _compile(this: unknown, content: unknown, file: unknown, ...rest: unknown[]): unknown };
}

/** `import()` of the project's source files by packages: file-based routes, migrations, entities. */
export function install(): void {
  const { registerHooks } = module as unknown as Hooks;
  if (registerHooks === undefined) return installLater();
  registerHooks({
    resolve(specifier, context, next) {
      const source = sourceWanted(specifier, context.parentURL);
      if (source === null) return next(specifier, context);
      const facade = facadeFor(source);
      if (facade !== null) return { url: facade, shortCircuit: true };
      const { file, names } = builtNow(source);
      const url = names === null ? pathToFileURL(file).href : promiseOf(pathToFileURL(source).href, names);
      return { url, shortCircuit: true };
    },
  });
}

/** Older hooks cost a thread: they are registered when a package comes that may need them. */
function installLater(): void {
  const { prototype } = module as unknown as Loader;
  const compile = prototype._compile;
  prototype._compile = function (content, file, ...rest) {
    // A bundle lies below node_modules, too, and has an `import()` for those of its files.
    const foreign = typeof content === 'string' && typeof file === 'string' && !isOurs(file);
    if (foreign && importsAnything(content, file)) {
      prototype._compile = compile;
      register();
    }
    return compile.call(this, content, file, ...rest);
  };
}

function register(): void {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', ({ id, specifier, parent }: Wanted) => {
    void instead(specifier, parent).then(
      (url) => port1.postMessage({ id, url, error: null } satisfies Instead),
      (error: unknown) => port1.postMessage({ id, url: null, error: String(error) } satisfies Instead),
    );
  });
  port1.unref();
  module.register(new URL('worker/late/hooks.js', CODE), { data: { port: port2 }, transferList: [port2] });
}

async function instead(specifier: string, parent: string | undefined): Promise<string | null> {
  const source = sourceWanted(specifier, parent);
  if (source === null) return null;
  const known = facadeFor(source);
  if (known !== null) return known;
  // When it fails, the module does in its place, with the very error.
  const names = await loadSource(source).then(
    (loaded) => Object.keys(Object(loaded) as object),
    () => [],
  );
  return facadeFor(source) ?? promiseOf(pathToFileURL(source).href, names);
}

function facadeFor(source: string): string | null {
  const shared = exportsOf(source);
  return shared === undefined ? null : facadeOf(source, shared.exports());
}

function sourceWanted(specifier: string, parent: string | undefined): string | null {
  if (!specifier.startsWith('file:') && !specifier.startsWith('/')) return null;
  if (parent?.includes('/node_modules/') !== true || /[?#]|\/node_modules\//.test(specifier)) return null;
  return sourceFor(specifier);
}
