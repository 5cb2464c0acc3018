/**
 * zdr as a part of a program. `zdr/app` is for the app itself.
 *
 * @packageDocumentation
 */
import { openZdr, type RunOptions, type Zdr } from './api/open.js';

export { ZdrError, type ZdrErrorCode } from './api/error.js';
export type { EventOf, EventType } from './api/listeners.js';
export type { RunOptions, Zdr } from './api/open.js';
export type { Address, AppError, BootFailure, BuildMessage, Exit, Open, ZdrEvent } from './events.js';
export type { Failure, Reloaded } from './outcome.js';
export {
  defineConfig,
  type Command,
  type ConfigContext,
  type ConfigExport,
  type EsbuildConfig,
  type LiveEvent,
  type OneOrMore,
  type Reload,
  type Time,
  type ZdrConfig,
} from './setup/config.js';
export type * from './status.js';

/** As `zdr dev`: watches, rebuilds, rolls over. Resolves once the options are known to be right; see `ready()`. */
export function dev(options: RunOptions = {}): Promise<Zdr> {
  return openZdr('dev', options);
}

/** As `zdr start`: does not watch, `reload()` replaces the workers one by one. The run ends when the first boot fails. */
export function start(options: RunOptions = {}): Promise<Zdr> {
  return openZdr('start', options);
}
