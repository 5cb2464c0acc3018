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

/** `31 ms`, `1.2 s`, `41 s`, `2 min 5 s`, `1 h 10 min`: as exact as a reader needs. */
export function formatDuration(ms: number): string {
  if (ms < 0.5) return '<1 ms';
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1).replace('.0', '')} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}
