/** Monotonic time in ms, the same in all processes of this machine. */
export function clock(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
