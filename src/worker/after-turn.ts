let waiting = 0;

/**
 * Calls `tell` after the current turn of the app, in the order asked for; `more` says that others wait behind it. What
 * goes with a handle travels one by one, so the primary could not tell by the time.
 */
export function afterTurn(tell: (more: boolean) => void): void {
  waiting += 1;
  setImmediate(() => {
    waiting -= 1;
    tell(waiting > 0);
  });
}
