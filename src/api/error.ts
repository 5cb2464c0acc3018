import type { Wrong } from '../setup/wrong.js';

/**
 * - `ERR_ZDR_OPTIONS`: an option, the configuration or the entry is wrong; the message says what to do
 * - `ERR_ZDR_CLOSED`: the run ended before what was asked for could happen
 */
export type ZdrErrorCode = 'ERR_ZDR_OPTIONS' | 'ERR_ZDR_CLOSED';

/** What `dev()`, `start()` and `ready()` reject with. */
export class ZdrError extends Error {
  override readonly name = 'ZdrError';
  readonly code: ZdrErrorCode;

  constructor(code: ZdrErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function optionsError({ message, hint, detail }: Wrong): ZdrError {
  const lines = [hint === '' ? message : `${message}: ${hint}`, ...(detail === undefined ? [] : ['', detail])];
  return new ZdrError('ERR_ZDR_OPTIONS', lines.join('\n'));
}
