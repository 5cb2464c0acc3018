import { translate } from './glyphs.js';
import { harmlessName } from './harmless.js';
import type { Style } from './style.js';

/** A mistake in how zdr was called: what is wrong, and what to do about it. */
export interface Wrong {
  readonly tag: 'wrong';
  readonly message: string;
  readonly hint: string;
}

/** Exit code of wrong usage. */
export const usageExit = 2;

export function wrong(message: string, hint: string): Wrong {
  return { tag: 'wrong', message, hint };
}

/** One red line and one dim hint. */
export function wrongText({ message, hint }: Wrong, { paint, glyphs }: Style): string {
  const shown = (text: string) => translate(harmlessName(text), glyphs);
  return `${paint.red(`${glyphs.failed} ${shown(message)}`)}\n${paint.dim(`  ${shown(hint)}`)}\n`;
}
