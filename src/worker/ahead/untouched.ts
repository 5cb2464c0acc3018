/**
 * Whether nothing of the app, and nothing that it has loaded, has run yet. Only a program in pieces can tell; where that is
 * not known it is false.
 */
let untouched = false;

export function isUntouched(): boolean {
  return untouched;
}

/** The first module is next: so far its program was only declared. */
export function aboutToRun(): void {
  untouched = true;
}

/** Something runs now, or may have run. */
export function touch(): void {
  untouched = false;
}
