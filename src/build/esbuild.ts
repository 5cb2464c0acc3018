import * as esbuild from 'esbuild';

/** The one place where esbuild is called. */
export const { build, context, formatMessages, stop } = esbuild;
export type {
  BuildContext,
  BuildFailure,
  BuildOptions,
  BuildResult,
  Message,
  Metafile,
  OnResolveArgs,
  Plugin,
} from 'esbuild';

const SERVICE_DIED = /The service (?:is no longer running|was stopped)|EPIPE/;

/** Whether an error says that esbuild's process has gone. A new context starts another one. */
export function hasDied(error: unknown): boolean {
  return SERVICE_DIED.test(String(error));
}
