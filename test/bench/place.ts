import { join } from 'node:path';
import { repository } from '../support/project.js';

/** The folder of the bench, where its own packages are installed. */
export const bench = join(repository, 'test/bench');

/** The file of a package that only the bench has. */
export function inPeers(...path: readonly string[]): string {
  return join(bench, 'node_modules', ...path);
}
