import { isForeground } from './foreground.js';
import { actionOf, type KeyAction } from './keys.js';
import { openTyped, type Typed } from './typed.js';

/** Reads keys from the terminal, line by line as the terminal gives them: its mode is never changed. */
export interface Keyboard {
  /** Reads from here on, unless the app does. */
  start(): void;
  /** Somebody has moved this job to the foreground or to the background. */
  refresh(): void;
  /** What is typed from here on is for whoever comes next, the shell most of all. */
  close(): void;
  /** The app reads what is typed (true), or does not any more. */
  give(apps: boolean): void;
  readonly reads: boolean;
}

/** A shell's `fg` tells a job that already runs nothing: so often a background job looks whether it is one, in ms. */
const LOOK = 1_000;

export function openKeyboard(onAction: (action: KeyAction) => void): Keyboard {
  let apps = false;
  let over = false;
  let started = false;
  let reads = false;
  let line = '';
  let input: Typed | null = null;
  const open = (): Typed =>
    openTyped(
      (text) => {
        const lines = (line + text).split('\n');
        line = lines.pop() ?? '';
        for (const one of lines) {
          const action = actionOf(one);
          if (action !== null) onAction(action);
        }
      },
      () => (over = true),
    );
  let again: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    clearTimeout(again);
    const may = started && !apps && !over;
    const wanted = may && isForeground();
    if (may && !wanted) again = setTimeout(refresh, LOOK).unref();
    if (wanted === reads) return;
    reads = wanted;
    line = '';
    if (wanted) (input ??= open()).resume();
    else input?.pause();
  };
  return {
    start() {
      if (started) return;
      started = true;
      refresh();
    },
    refresh,
    close() {
      over = true;
      refresh();
    },
    give(now) {
      apps = now;
      refresh();
    },
    get reads() {
      return reads;
    },
  };
}
