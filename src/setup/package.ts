import { readFileSync } from 'node:fs';
import { isRecord } from './keys.js';
import { shownPath } from './paths.js';
import { wrong, type Wrong } from './wrong.js';

/** As much of a package.json as matters here. Nothing is known of the types. */
export interface Package {
  readonly tag: 'package';
  readonly zdr?: unknown;
  readonly source?: unknown;
}

/** Reads a package.json. One that is not there says nothing. */
export function readPackage(path: string, cwd: string): Package | Wrong {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isRecord(content) ? { zdr: content['zdr'], source: content['source'], tag: 'package' } : { tag: 'package' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { tag: 'package' } : wrong(`${shownPath(path, cwd)} cannot be read`, message);
  }
}
