import { inspect } from 'node:util';
import type { AppError } from '../events.js';
import { withExcerpt, withoutOurs } from './excerpt.js';
import { sayLast } from './last.js';

let booting = true;

/** From here on a crash is the app's own affair: node prints it. */
export function booted(): void {
  booting = false;
}

/**
 * What the app does not catch while it boots goes to the primary, which says it once and well, instead of to node's
 * own last words. An app with handlers of its own keeps them, and its 'exit' listeners run as they would.
 */
export function install(): void {
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    if (!booting || isCaught()) return;
    const failed = { tag: 'failed', error: describe(error), unfit: unfitOf(error) } as const;
    atTheEnd(() => sayLast(failed));
    try {
      process.exit(1);
    } catch {
      // An 'exit' listener has thrown. As under node the first error is the one that counts, and the others do not run.
      process.exit(1);
    }
  });
}

/** The app itself decides, by a handler, or by the callback that node:domain uses as well. */
function isCaught(): boolean {
  return process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
}

/** The primary kills who has failed: it is told once the app's own 'exit' listeners have run. One of them may exit itself. */
function atTheEnd(tell: () => void): void {
  const { reallyExit } = process as unknown as { reallyExit: (code: number) => never };
  let told = false;
  const once = (): void => {
    if (!told) tell();
    told = true;
  };
  process.on('exit', once);
  Object.assign(process, {
    reallyExit(code: number) {
      once();
      reallyExit.call(process, code);
    },
  });
}

/**
 * While the app boots: this bundle will not do, for the reason `unfit`, and the next one will. Nothing of the app runs
 * any more. Later there is no way back.
 */
export function giveUp(unfit: string): void {
  if (!booting) return;
  sayLast({ tag: 'failed', error: describe(new Error(unfit)), unfit });
  // The primary kills this process. The app's own exit handlers must not run, nor anything else.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** A package with top-level await: the bundle has to import it ahead of itself. */
function unfitOf(error: unknown): string | null {
  return error instanceof Error && 'required' in error && typeof error.required === 'string' ? error.required : null;
}

export function describe(error: unknown): AppError {
  // A text is printed as it is.
  const plain = typeof error === 'string' ? error : withoutOurs(inspect(error, { colors: false }));
  if (!(error instanceof Error)) return { name: 'Error', message: plain, code: null, text: plain, holder: null };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { name: error.name, message: error.message, code, text: withExcerpt(plain), holder: null };
}
