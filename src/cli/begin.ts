import { startFirst } from '../setup/first.js';
import { type Parsed, parseArguments } from './arguments.js';
import { workingFolder } from './working-folder.js';

/**
 * Reads the command line, and starts the first worker of one that runs an app: that takes longest, so all the rest is only
 * loaded then. `argv` without node and the script.
 */
export function begin(argv: readonly string[]): Parsed {
  const parsed = parseArguments(argv);
  const cwd = workingFolder();
  if (cwd !== null && (parsed.tag === 'dev' || parsed.tag === 'start')) startFirst(parsed.tag, parsed.given, cwd);
  return parsed;
}
