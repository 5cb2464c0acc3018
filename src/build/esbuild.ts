import type * as Esbuild from 'esbuild';

import type { Format } from './banner.js';
import { load } from './service.js';

export type {
  build,
  BuildFailure,
  BuildOptions,
  formatMessages,
  Loader,
  Message,
  Metafile,
  OnLoadResult,
  OnResolveArgs,
  Plugin,
  PluginBuild,
} from 'esbuild';

export const esbuild = load();

type Options = Esbuild.BuildOptions & { write: false; metafile: true };

/** What a whole build came to. */
export type Result = Esbuild.BuildResult<Options> | Esbuild.BuildFailure;

/** The whole builds of one entry. esbuild keeps what it has parsed for the next one. */
export interface Rebuilds {
  /** One in another format than before begins from nothing. Rejects where esbuild fails, not the build. */
  rebuild(format: Format): Promise<Result>;
  /** A build that hangs is left to itself: the next one begins from nothing. */
  giveUp(): void;
  close(): Promise<void>;
}

const SERVICE_DIED = /The service (?:is no longer running|was stopped)|EPIPE/;

export function openRebuilds(optionsFor: (format: Format) => Options): Rebuilds {
  let context: { readonly format: Format; readonly build: Esbuild.BuildContext<Options> } | null = null;

  async function contextFor(format: Format): Promise<Esbuild.BuildContext<Options>> {
    if (context?.format === format) return context.build;
    await context?.build.dispose();
    context = null;
    const build = await esbuild.context(optionsFor(format));
    context = { format, build };
    return build;
  }

  async function rebuild(format: Format, retry = true): Promise<Result> {
    try {
      return await (await contextFor(format)).rebuild();
    } catch (error) {
      if (retry && SERVICE_DIED.test(String(error))) {
        context = null;
        await esbuild.stop();
        return rebuild(format, false);
      }
      if (isFailure(error)) return error;
      throw error;
    }
  }

  return {
    rebuild,
    giveUp() {
      void context?.build.dispose().catch(() => {});
      context = null;
    },
    async close() {
      await context?.build.dispose().catch(() => {});
      context = null;
    },
  };
}

/** Ends esbuild's process, which all builders share and which else ends with this one. */
export async function endService(): Promise<void> {
  await esbuild.stop();
}

/** The build failed, and says why. */
export function isFailure(error: unknown): error is Esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error;
}
