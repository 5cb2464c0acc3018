import { type Inspector, openInspector } from '../inspect/inspector.js';
import type { InstanceOptions } from '../options.js';
import { holderOf } from '../primary/holder.js';
import type { Happening } from '../rollover/events.js';
import type { Parts } from './parts.js';

/** Exit code of what has to be asked for in another way. */
const USAGE = 2;

/** The debugger's door, where one is wanted. What stands at a breakpoint has no deadline. */
export function openDebugging(
  { inspect, workers, entry }: InstanceOptions,
  dispatch: (happening: Happening) => void,
): Inspector | null {
  if (inspect === null) return null;
  return openInspector({
    ...inspect,
    workers,
    entry,
    onPaused: (worker, paused) => dispatch({ type: paused ? 'worker-halted' : 'worker-continued', worker }),
  });
}

/** Starts, with `--inspect` once debuggers can attach. When they cannot, the person has asked for what is not to be had. */
export async function start(parts: Parts): Promise<void> {
  const { options, rollover, inspector, close } = parts;
  const { inspect, onEvent } = options;
  if (inspector !== null && inspect !== null) {
    try {
      const { urls } = await inspector.listen();
      onEvent({ type: 'inspecting', urls, waits: inspect.start !== 'run' });
    } catch (cause) {
      const { message, code = null } = cause as NodeJS.ErrnoException;
      const error = { name: 'Error', message, code, text: message, holder: null };
      const { host, port } = inspect;
      onEvent({ type: 'inspect-failed', host, port, error: { ...error, holder: holderOf(error) } });
      return close(USAGE);
    }
  }
  // Somebody may have stopped it meanwhile.
  if (rollover.state().phase.tag === 'running') rollover.dispatch({ type: 'started' });
}
