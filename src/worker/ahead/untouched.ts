/**
 * Whether no module of the app has run yet. Only a program in pieces can tell; where that is not known it is false. What
 * packages do shows in `require.cache`.
 */
let untouched = false;

export function isUntouched(): boolean {
  return untouched;
}

/** The program is declared, and its first module comes next. */
export function isDeclared(): void {
  untouched = true;
}

/** A module of the app runs now. */
export function appRuns(): void {
  untouched = false;
}
