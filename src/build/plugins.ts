import { extname } from 'node:path';

import type { OnLoadResult, Plugin, PluginBuild } from './esbuild.js';

import { rewrite } from './rewrite.js';

/** What the build has to know of a module that a plugin of the user's loads. */
export interface Witness {
  /** This file is about to be read, or decides about what is read. */
  saw(path: string): Promise<void>;
  /** The app's first file, real. */
  entry(): string;
}

const CODE: Readonly<Record<string, true>> = { js: true, jsx: true, ts: true, tsx: true };
const BY_EXTENSION = /^\.[cm]?[jt]sx?$/;

/**
 * The user's plugins, as they are, but for two things: the files that they load are followed like all others, and what
 * they give as code keeps `import.meta` and `__dirname` of its own file, as all other code of the bundle does.
 */
export function witnessed(plugin: Plugin, witness: Witness): Plugin {
  return {
    name: plugin.name,
    setup: (build) => plugin.setup({ ...build, onLoad: onLoadOf(build, witness) }),
  };
}

function onLoadOf(build: PluginBuild, { saw, entry }: Witness): PluginBuild['onLoad'] {
  return (options, callback) => {
    build.onLoad(options, async (args) => {
      // Stamped before it is read: a change in between is seen as one.
      if (args.namespace === 'file') await saw(args.path);
      const result = await callback(args);
      if (result === null || result === undefined) return result;
      await Promise.all((result.watchFiles ?? []).map(saw));
      return { ...result, ...contentsOf(result, args.path, entry()) };
    });
  };
}

function contentsOf({ contents, loader }: OnLoadResult, path: string, entry: string): Pick<OnLoadResult, 'contents'> {
  if (contents === undefined) return {};
  const code = loader === undefined || loader === 'default' ? BY_EXTENSION.test(extname(path)) : CODE[loader] === true;
  if (!code) return { contents };
  const text = typeof contents === 'string' ? contents : new TextDecoder().decode(contents);
  return { contents: rewrite(text, path, entry).text };
}
