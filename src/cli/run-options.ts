import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { InstanceOptions } from '../options.js';
import type { RunCommand } from './run-command.js';
import { resolveEntry } from './entry.js';
import { packageFolder } from './package-folder.js';
import { wrong, type Wrong } from './wrong.js';

/** The options without what the terminal gives. */
export type Resolved = { readonly tag: 'resolved'; readonly options: Omit<InstanceOptions, 'width' | 'onEvent'> };

/** Looks up what the command names: every file that must exist does. */
export function resolveRun(command: RunCommand, cwd: string): Resolved | Wrong {
  const entry = resolveEntry(command.entry, cwd);
  if (entry.tag === 'wrong') return entry;
  const {
    tag: mode,
    args,
    drain,
    boot,
    execArgv,
    conditions,
    watch,
    ignore,
    poll,
    readyUrl,
    liveReload,
    ahead,
  } = command;
  const envFiles = command.envFiles.map(({ path, required }) => ({ path: resolve(cwd, path), required }));
  for (const [at, { path, required }] of envFiles.entries())
    if (required && !isFile(path))
      return wrong(
        `--env-file ${command.envFiles[at]?.path} does not exist`,
        'use --env-file-if-exists for a file that may be missing',
      );
  const tsconfig = command.tsconfig === null ? null : resolve(cwd, command.tsconfig);
  if (tsconfig !== null && !isFile(tsconfig))
    return wrong(`--tsconfig ${command.tsconfig} does not exist`, 'without it, the nearest tsconfig.json is read');
  return {
    tag: 'resolved',
    options: {
      mode,
      readyUrl,
      entry: entry.file,
      cwd,
      root: packageFolder(dirname(entry.file)) ?? cwd,
      args,
      workers: command.workers === 'max' ? availableParallelism() : command.workers,
      drain,
      boot,
      envFiles,
      execArgv,
      conditions,
      tsconfig,
      watching: mode === 'dev' ? { include: watch, ignore, poll } : null,
      nodeEnv: mode === 'dev' ? 'development' : 'production',
      liveReload,
      ahead,
    },
  };
}

/** Not a folder; a pipe will do, as `--env-file <(secrets)` gives one. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}
