import type { OnLoadResult, OnResolveArgs, Plugin } from './esbuild.js';
import { ADDON, contentsOfExternal, EXTERNAL, type Externals, isExternal, NOT_RELATIVE } from './externals.js';
import { LATE, STATIC, STUB } from './pieces/awaiting.js';
import { contentsOfShared, SHARED_MODULE } from './share.js';

const OURS = Symbol('asked by this plugin');

export interface Loading {
  readonly externals: Externals;
  /** Bundles tell when their modules are evaluated. */
  readonly timing: boolean;
  /** What the bundle gets for a file; null where it cannot be read. */
  load(path: string): Promise<string | Uint8Array | null>;
}

/** Leaves packages outside, and gives esbuild the sources in the form that keeps their behaviour. */
export function loadingWith({ externals, timing, load }: Loading): Plugin {
  return {
    name: 'zdr',
    setup(build) {
      const onResolve = (args: OnResolveArgs) => {
        if (args.pluginData === OURS) return null;
        const { path, ...rest } = args;
        return externals.resolve(args, async () => {
          const found = await build.resolve(path, { ...rest, pluginData: OURS });
          // Without an answer esbuild is left to resolve and to complain: its messages are the better ones.
          return found.errors.length > 0 || found.external || found.namespace !== 'file' ? null : found.path;
        });
      };
      build.onResolve({ filter: NOT_RELATIVE }, onResolve);
      build.onResolve({ filter: ADDON }, onResolve);
      build.onLoad({ filter: /.*/, namespace: EXTERNAL }, ({ path }) => ({
        contents: contentsOfExternal(path, timing),
      }));
      build.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        if (isExternal(path)) return null;
        return loaded(path, await load(path));
      });
    },
  };
}

/** Gives esbuild the sources, and resolves nothing. */
export function readingWith(load: Loading['load']): Plugin {
  return {
    name: 'zdr-each',
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => loaded(path, await load(path)));
    },
  };
}

/** Gives esbuild one source, and for all that it asks for modules that {@link awaitingShape} knows by their names. */
export function readingAlone(load: Loading['load']): Plugin {
  return {
    name: 'zdr-alone',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, kind }) =>
        // The extension makes it CommonJS.
        kind === 'entry-point' ? null : { path: `${path}.cjs`, namespace: kind === 'import-statement' ? STATIC : LATE },
      );
      for (const namespace of [STATIC, LATE])
        build.onLoad({ filter: /.*/, namespace }, () => ({ contents: STUB, loader: 'js' }));
      build.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => loaded(path, await load(path)));
    },
  };
}

function loaded(path: string, contents: string | Uint8Array | null): OnLoadResult {
  return contents === null ? { errors: [{ text: `Could not read ${path}` }] } : { contents, loader: 'default' };
}

/** Takes from the realm what the realm has (`known`). What was taken is added to `takes`. */
export function takingFrom(known: ReadonlySet<string>, takes: Set<string>): Plugin {
  return {
    name: 'zdr-shared',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, ...rest }) => {
        if (rest.pluginData === OURS || rest.kind === 'entry-point' || rest.namespace !== 'file') return null;
        const found = await build.resolve(path, { ...rest, pluginData: OURS });
        if (found.errors.length > 0 || found.namespace !== 'file' || !known.has(found.path)) return null;
        takes.add(found.path);
        return { path: `${found.path}.cjs`, namespace: SHARED_MODULE };
      });
      build.onLoad({ filter: /.*/, namespace: SHARED_MODULE }, ({ path }) => ({ contents: contentsOfShared(path) }));
    },
  };
}
