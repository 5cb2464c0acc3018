import type { InstanceOptions } from '../options.js';
import type { RunCommand } from './run-command.js';
import { leave, say } from './output.js';
import { exitCodeOf, onSignals } from './signals.js';
import type { Style } from './style.js';
import { Terminal } from './terminal.js';
import { ownNetworks } from './urls.js';

/** How long a forced stop may take, in ms. The workers end by themselves when zdr is gone. */
const forceDeadline = 3_000;

/** Runs the app until somebody ends it, and then the process. */
export async function run(
  options: Omit<InstanceOptions, 'width' | 'onEvent'>,
  { json, quiet }: RunCommand,
  version: string,
  style: Style,
): Promise<never> {
  const { stdin, stderr } = process;
  const { cwd, entry, workers, mode, readyUrl } = options;
  const interactive = stdin.isTTY === true && stderr.isTTY === true;
  const look = { ...style, cwd, entry, workers, mode, readyUrl, version, interactive, networks: ownNetworks };
  const terminal = new Terminal({ look, json, quiet, write: say });
  // Loaded here, so that help and errors of usage do not wait for the builder and the watcher.
  const { openInstance } = await import('../instance/instance.js');
  const running = openInstance({ ...options, width: stderr.columns ?? 0, onEvent: (event) => terminal.tell(event) });
  let forced: number | null = null;
  onSignals({
    stop(force, signal) {
      if (signal === 'SIGINT') terminal.interrupted();
      if (force) {
        const code = exitCodeOf(signal);
        forced = code;
        setTimeout(() => process.exit(code), forceDeadline).unref();
      }
      running.stop(force);
    },
    reload: () => void running.reload(),
  });
  const code = await running.closed;
  terminal.flush();
  return leave(forced ?? code);
}
