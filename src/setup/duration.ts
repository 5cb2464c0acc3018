const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** The longest that a timer of Node waits, in ms; beyond it, it fires at once. */
const longest = 2 ** 31 - 1;

/** A time as it was given, in ms, or why it is none. */
export type Duration =
  | { readonly tag: 'ms'; readonly ms: number }
  | { readonly tag: 'no-unit' | 'no-time' | 'too-long' };

/**
 * Reads `500ms`, `10s`, `1.5s`, `10m`, `2h`. A bare number is refused, except 0: people who come from Node mean
 * ms by it, people who come from containers mean seconds, and a factor of 1,000 should not be guessed.
 */
export function parseDuration(text: string): Duration {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === undefined) return { tag: 'no-time' };
  if (unit === undefined && Number(number) !== 0) return { tag: 'no-unit' };
  const ms = Math.round(Number(number) * units[(unit ?? 'ms') as keyof typeof units]);
  return ms > longest ? { tag: 'too-long' } : { tag: 'ms', ms };
}
