import type { ZdrEvent } from '../events.js';
import { harmlessName } from './harmless.js';
import type { Look } from './look.js';
import { describeTaken } from './taken.js';

/** In node's own words, which editors look for. */
export function inspecting({ urls, waits }: ZdrEvent & { type: 'inspecting' }, { paint }: Look): readonly string[] {
  return [
    ...urls.map((url) => paint.dim(`Debugger listening on ${url}`)),
    ...(waits ? [paint.yellow('The first line waits for a debugger')] : []),
  ];
}

export function inspectFailed({ host, port, error }: ZdrEvent & { type: 'inspect-failed' }): string {
  return `no debugger: ${describeTaken(error) ?? `${harmlessName(`${host}:${port}`)}: ${harmlessName(error.message)}`}`;
}
