import type { Work } from '../options.js';
import { columnsOf } from '../columns.js';
import { formatDuration } from './durations.js';
import type { Style } from './style.js';

/** What takes no longer than this needs no word, in ms. */
const PATIENCE = 1_000;

/** The place of the cursor is kept (DECSC, DECRC), since what the app writes goes on there. */
const SAVE = '\u001b7';
const RESTORE = '\u001b8';
const REST_OF_LINE = '\u001b[K';

/** What a run does, or the command that asks one for a reload. */
export type Shown = Work | { readonly tag: 'reload'; readonly generation: null };

export interface Progress {
  /** Something takes its time, or (null) nothing does any more. */
  show(work: Shown | null): void;
  /** What has to be written before anything else is. */
  erased(): string;
}

/**
 * Shows that long work goes on: one dim word at the right end of the line on which the cursor is, where the app seldom
 * writes. Only on a terminal with a person in front of it; nothing of it stays.
 */
export function openProgress(look: Style, columns: () => number, write: (text: string) => void): Progress {
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  let work: Shown | null = null;
  let shown: number | null = null;

  const erased = (): string => {
    if (shown === null) return '';
    const text = `${SAVE}\u001b[${shown}G${REST_OF_LINE}${RESTORE}`;
    shown = null;
    return text;
  };
  const draw = (): void => {
    if (work === null) return;
    const text = textOf(work, performance.now() - since, look);
    // The last column stays free: there some terminals go on to the next line.
    const at = columns() - columnsOf(text);
    if (at < columns() / 2) return write(erased());
    const before = erased();
    shown = at;
    write(`${before}${SAVE}\u001b[${at}G${look.paint.dim(text)}${RESTORE}`);
  };
  return {
    erased,
    show(next) {
      clearInterval(timer);
      work = next;
      since = performance.now();
      const rest = erased();
      if (rest !== '') write(rest);
      if (next !== null) timer = setInterval(draw, PATIENCE).unref();
    },
  };
}

/** Whether the terminal can move its cursor, and shows a person what happens rather than keeps it as a log. */
export function canMove(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['TERM'] !== undefined && env['TERM'] !== 'dumb' && !env['CI'];
}

/** `◌ building 3 s`. */
function textOf({ tag, generation }: Shown, ms: number, { glyphs }: Style): string {
  // A timer may be early by a fraction of a millisecond.
  const time = formatDuration(Math.max(1, Math.round(ms / 1_000)) * 1_000);
  switch (tag) {
    case 'build':
      return `${glyphs.draining} building ${time}`;
    case 'boot':
      return `${glyphs.draining} #${generation} boots ${time}`;
    case 'roll':
      return `${glyphs.draining} #${generation} takes over ${time}`;
    case 'reload':
      return `${glyphs.draining} reloading ${time}`;
    case 'stop':
      return `${glyphs.draining} stopping ${time}`;
  }
}
