import type { Wrong } from '../setup/wrong.js';
import { translate } from './glyphs.js';
import { harmless, harmlessName } from './harmless.js';
import { moreIn } from './readme.js';
import type { Style } from './style.js';
import { workingFolder } from './working-folder.js';

export { wrong, type Wrong } from '../setup/wrong.js';

/** Exit code of wrong usage and of a wrong configuration. */
export const usageExit = 2;

/** One red line, one dim hint, and where more is written. */
export function wrongText({ message, hint, detail, section }: Wrong, style: Style): string {
  const { paint, glyphs } = style;
  const shown = (text: string) => translate(harmlessName(text), glyphs);
  return [
    paint.red(`${glyphs.failed} ${shown(message)}`),
    ...(detail === undefined ? [] : [translate(harmless(detail), glyphs)]),
    ...(hint === '' ? [] : [paint.dim(`  ${shown(hint)}`)]),
    moreIn(section, workingFolder(), style),
    '',
  ].join('\n');
}
