/** `1234.5` as `1,235`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Milliseconds, with a digit more where they are few. */
export function ms(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return 'never';
  return value < 10 ? value.toFixed(1) : count(value);
}

/** A part of a whole, so that few are told from none. */
export function share(part: number, whole: number): string {
  if (part === 0) return '0';
  const percent = (100 * part) / Math.max(1, whole);
  return `${count(part)} (${percent < 1 ? '< 1' : Math.round(percent)} %)`;
}
