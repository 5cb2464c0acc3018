/** The base-64 digits of source maps, by their value: https://tc39.es/ecma426/ */
export const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Of a digit: more of the same number follow. */
export const MORE = 32;

const VALUES = new Uint8Array(128);
for (let i = 0; i < DIGITS.length; i++) VALUES[DIGITS.charCodeAt(i)] = i;

const SEMICOLON = 59;
const COMMA = 44;

/** The value of the digit with this character code. */
export function digitOf(code: number): number {
  return VALUES[code] ?? 0;
}

/**
 * Goes through `mappings` of a source map. `onSegment` gets the fields of each segment, relative as they are written and
 * only for the time of the call, and where it stands; `onLine` is called between two lines, with the place of the semicolon.
 */
export function readSegments(
  mappings: string,
  onSegment: (fields: readonly number[], start: number, end: number) => void,
  onLine: (at: number) => void = () => {},
): void {
  const fields: number[] = [];
  let start = 0;
  let value = 0;
  let shift = 0;
  const close = (at: number): void => {
    if (fields.length > 0) onSegment(fields, start, at);
    fields.length = 0;
    start = at + 1;
  };
  for (let at = 0; at < mappings.length; at++) {
    const code = mappings.charCodeAt(at);
    if (code === SEMICOLON || code === COMMA) {
      close(at);
      if (code === SEMICOLON) onLine(at);
      continue;
    }
    const digit = digitOf(code);
    value |= (digit & (MORE - 1)) << shift;
    if ((digit & MORE) !== 0) shift += 5;
    else {
      fields.push((value & 1) === 0 ? value >>> 1 : -(value >>> 1));
      value = shift = 0;
    }
  }
  close(mappings.length);
}
