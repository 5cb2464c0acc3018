import { readFileSync } from 'node:fs';
import { CODE } from '../code.js';

/** The version of this package. */
export function readVersion(): string {
  const text = readFileSync(new URL('../package.json', CODE), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
