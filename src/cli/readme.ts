import { fileURLToPath } from 'node:url';
import type { Section } from '../section.js';
import { translate } from './glyphs.js';
import { shownPath } from './paths.js';
import type { Style } from './style.js';
import { CODE } from '../code.js';

/** The README of the version that runs. */
const readme = fileURLToPath(new URL('../README.md', CODE));

/** Where more is written: `  more: node_modules/zdr/README.md#options`. */
export function moreIn(section: Section, cwd: string | null, { paint, glyphs }: Style): string {
  return paint.dim(`  more: ${translate(cwd === null ? readme : shownPath(readme, cwd), glyphs)}#${section}`);
}
