import type { OnResolveArgs, Plugin } from './esbuild.js';
import { ADDON, contentsOfExternal, EXTERNAL, type Externals, isExternal, NOT_RELATIVE } from './externals.js';
import type { Sources } from './sources.js';

const OURS = Symbol('asked by this plugin');

export interface PluginOptions {
  readonly externals: Externals;
  readonly sources: () => Sources;
  /** A module was asked for. */
  saw(path: string): void;
  readonly timing: boolean;
}

/** Decides what esbuild leaves out of a bundle, and gives it the sources as they are in memory. */
export function pluginOf({ externals, sources, saw, timing }: PluginOptions): Plugin {
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
        saw(path);
        const source = await sources().load(path);
        if (source === null) return { errors: [{ text: `Could not read ${path}` }] };
        return { contents: source.contents, loader: 'default' };
      });
    },
  };
}
