import { resolve } from 'node:path';
import type { BuildMessage } from '../events.js';
import type { Message } from './esbuild.js';
import { plainMessage } from './messages.js';
import type { tellingWith } from './tell.js';

/** What good builds warn of. */
export interface Warned {
  /** A whole build has found these. */
  whole(found: readonly Message[]): void;
  /** A build of these files alone has. */
  some(files: ReadonlySet<string>, found: readonly Message[]): void;
  /** As a person reads them. Those of zdr's own go on until they are {@link Warned.told}. */
  list(): Promise<readonly BuildMessage[]>;
  told(): void;
  /** There was nothing that the next run would have to say again. */
  never(): boolean;
}

/** `missing`: what keeps decorators from being written out; it says that once. */
export function openWarned(
  cwd: string,
  messages: ReturnType<typeof tellingWith>,
  missing: () => string | null,
): Warned {
  let warned: readonly Message[] = [];
  let untold: string | null = null;
  let said = false;
  return {
    whole(found) {
      warned = found;
    },
    some(files, found) {
      warned = [...warned.filter(({ location }) => !files.has(resolve(cwd, location?.file ?? ''))), ...found];
    },
    async list() {
      untold ??= missing();
      said ||= untold !== null;
      return [...(await messages(warned, 'warning')), ...(untold === null ? [] : [plainMessage(untold, 'WARNING')])];
    },
    told() {
      untold = null;
    },
    never: () => !said && warned.length === 0,
  };
}
