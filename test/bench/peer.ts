import { readFileSync } from 'node:fs';
import { inPeers } from './place.js';

/** The version of a package that only the bench has. */
export function peerVersion(name: string): string {
  try {
    return (JSON.parse(readFileSync(inPeers(name, 'package.json'), 'utf8')) as { readonly version: string }).version;
  } catch (error) {
    throw new Error(`${name} is not installed: npm ci in test/bench`, { cause: error });
  }
}
