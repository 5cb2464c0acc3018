import { fileURLToPath } from 'node:url';
import type { Wrong } from '../setup/wrong.js';
import { translate } from './glyphs.js';
import { harmless, harmlessName } from './harmless.js';
import { shownPath } from './paths.js';
import type { Style } from './style.js';

export { wrong, type Wrong } from '../setup/wrong.js';

/** Exit code of wrong usage and of a wrong configuration. */
export const usageExit = 2;

/** The README of the version that runs. */
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

/** One red line, one dim hint, and where more is written. */
export function wrongText({ message, hint, detail, section }: Wrong, { paint, glyphs }: Style): string {
  const shown = (text: string) => translate(harmlessName(text), glyphs);
  return [
    paint.red(`${glyphs.failed} ${shown(message)}`),
    ...(detail === undefined ? [] : [translate(harmless(detail), glyphs)]),
    ...(hint === '' ? [] : [paint.dim(`  ${shown(hint)}`)]),
    paint.dim(`  more: ${shown(shownPath(readme, process.cwd()))}#${section}`),
    '',
  ].join('\n');
}
