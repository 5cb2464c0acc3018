import { join } from 'node:path';
import { repository } from '../support/project.js';
import type { Command } from './tool.js';

/** Where esbuild writes the app for the tools that run JavaScript only. */
export const OUT = 'out/app.js';

/** esbuild as its manual tells to bundle for node, packages left out. */
export function esbuildBuild(entry: string): Command {
  return {
    // The one that zdr itself uses.
    file: join(repository, 'node_modules/esbuild/bin/esbuild'),
    args: [
      entry,
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--packages=external',
      '--sourcemap',
      `--outfile=${OUT}`,
    ],
  };
}

/** The same, again at every save. It would end with its standard input without `forever`. */
export function esbuildWatch(entry: string): Command {
  const { file, args } = esbuildBuild(entry);
  return { file, args: [...args, '--watch=forever'], makes: OUT };
}
