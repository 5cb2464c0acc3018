import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { InstanceOptions } from '../options.js';
import type { Command } from './config.js';
import { resolveEntry } from './entry.js';
import { conditionsOf } from './node-options.js';
import type { Merged } from './given.js';
import { packageFolder } from '../package-folder.js';
import { shownPath } from './paths.js';
import { wrong, type Wrong } from './wrong.js';

/** The options without what the caller gives. */
export interface Resolved {
  readonly tag: 'resolved';
  readonly options: Omit<InstanceOptions, 'width' | 'onEvent' | 'refresh' | 'parent'>;
}

const defaults = {
  dev: { workers: 1, drain: 600_000, ahead: true },
  start: { workers: 'max', drain: 30_000, ahead: false },
  boot: 10_000,
} as const;

/** Fills in what nobody said, and looks up what was named: every file that must exist does. */
export function resolveOptions({ given, from }: Merged, mode: Command, cwd: string): Resolved | Wrong {
  const named = (path: string, key: 'entry' | 'tsconfig' | 'envFiles', option: string): string => {
    const place = from(key);
    return place === null ? `${option}${shownPath(path, cwd)}` : `${shownPath(path, cwd)} (${place})`;
  };
  const entry = resolveEntry(given.entry ?? null, from('entry'), cwd);
  if (entry.tag === 'wrong') return entry;
  const { envFiles = [], tsconfig = null, conditions = [], workers = defaults[mode].workers } = given;
  for (const { path, required } of envFiles)
    if (required && !isFile(path))
      return wrong(
        `${named(path, 'envFiles', '--env-file ')} does not exist`,
        'use --env-file-if-exists (envFileIfExists) for a file that may be missing',
      );
  if (tsconfig !== null && !isFile(tsconfig))
    return wrong(
      `${named(tsconfig, 'tsconfig', '--tsconfig ')} does not exist`,
      'without it, the nearest tsconfig.json is read',
    );
  const { watch: include = [], ignore = [], poll = null } = given;
  return {
    tag: 'resolved',
    options: {
      mode,
      entry: entry.file,
      cwd,
      root: packageFolder(dirname(entry.file)) ?? cwd,
      args: given.args ?? [],
      workers: workers === 'max' ? availableParallelism() : workers,
      drain: given.drain ?? defaults[mode].drain,
      boot: given.boot ?? defaults.boot,
      readyUrl: mode === 'start' ? (given.readyUrl ?? null) : null,
      liveReload: mode === 'dev' && given.liveReload === true,
      envFiles,
      execArgv: [
        ...conditions.map((name) => `--conditions=${name}`),
        ...(given.require ?? []).map((name) => `--require=${name}`),
        ...(given.import ?? []).map((name) => `--import=${name}`),
      ],
      // Node's own resolver has those of the environment in every process that it begins in.
      conditions: [...conditions, ...conditionsOf(process.env['NODE_OPTIONS'] ?? '')],
      tsconfig,
      watching: mode === 'dev' ? { include, ignore, poll } : null,
      nodeEnv: mode === 'dev' ? 'development' : 'production',
      ahead: mode === 'dev' ? (given.ahead ?? defaults.dev.ahead) : defaults.start.ahead,
      inspect: given.inspect ?? null,
      timing: mode === 'dev' && given.timing === true,
      extra: { plugins: given.plugins ?? [], loader: given.loader ?? {}, define: given.define ?? {} },
      beforeReload: given.beforeReload ?? null,
    },
  };
}

/** Not a folder; a pipe will do, as `--env-file <(secrets)` gives one. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}
