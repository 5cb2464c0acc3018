/** The app may put other clocks in the place of these, for tests of its own. */
const now = performance.now.bind(performance);

/** When this process began, by the clock that all processes of a machine share. */
const began = Number(process.hrtime.bigint()) / 1e6 - now();

/** Monotonic time in ms, the same in all processes of this machine. It is asked at each request, so it makes no BigInt. */
export function clock(): number {
  return began + now();
}
