import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { EnvFile } from '../options.js';

/** What the environment files say. A later file wins over an earlier one, the real environment over all. */
export function readEnvironment(files: readonly EnvFile[], real: NodeJS.ProcessEnv): Record<string, string> {
  const said: Record<string, string> = {};
  for (const { path } of files) Object.assign(said, read(path));
  for (const name of Object.keys(said)) if (real[name] !== undefined) delete said[name];
  return said;
}

/** A file that is not there (any more) says nothing. */
function read(path: string): Record<string, string> {
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
