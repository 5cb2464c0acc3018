import { isDeepStrictEqual } from 'node:util';
import type { InstanceOptions } from '../options.js';
import type { Settings } from '../rollover/state.js';

/** What the rollover has to know of the options. */
export function settingsOf({ mode, readyUrl, workers, boot, drain }: InstanceOptions): Settings {
  return { mode, readiness: readyUrl === null ? 'listening' : 'said', workers, boot, drain };
}

/** Whether a worker of the same bundle comes out the same. */
export function startsAlike(a: Start, b: Start): boolean {
  return isDeepStrictEqual(startOf(a), startOf(b));
}

type Start = Pick<
  InstanceOptions,
  'entry' | 'args' | 'workers' | 'envFiles' | 'execArgv' | 'nodeEnv' | 'readyUrl' | 'liveReload'
>;

function startOf({ entry, args, workers, envFiles, execArgv, nodeEnv, readyUrl, liveReload }: Start): Start {
  return { entry, args, workers, envFiles, execArgv, nodeEnv, readyUrl, liveReload };
}
