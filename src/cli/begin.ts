import { startEsbuild, startFirst, type First } from '../setup/first.js';
import { type Parsed, parseArguments } from './arguments.js';
import { workingFolder } from './working-folder.js';

export interface Begun {
  readonly parsed: Parsed;
  readonly first: First | null;
}

/**
 * Reads the command line, and starts the first worker of one that runs an app, and esbuild: these take longest, so all the
 * rest is only loaded then. Bundled by itself: it is to be read soonest. So it shares no state with the rest but what it
 * gives back. `argv` without node and the script.
 */
export function begin(argv: readonly string[]): Begun {
  const parsed = parseArguments(argv);
  const cwd = workingFolder();
  const runs = cwd !== null && (parsed.tag === 'dev' || parsed.tag === 'start');
  if (!runs) return { parsed, first: null };
  const first = startFirst(parsed.tag, parsed.given, cwd);
  startEsbuild(parsed.tag, cwd);
  return { parsed, first };
}
