import { wantsColour } from './colour.js';
import { chooseGlyphs, type Glyphs } from './glyphs.js';
import { createPaint, type Paint } from './paint.js';

/** How lines look on one stream. */
export interface Style {
  readonly paint: Paint;
  readonly glyphs: Glyphs;
  readonly coloured: boolean;
}

/** What paths are shown from, too. */
export interface View extends Style {
  readonly cwd: string;
}

export function styleOf(stream: { readonly isTTY?: boolean }, argv: readonly string[]): Style {
  const coloured = wantsColour({ argv, env: process.env, isTTY: stream.isTTY === true });
  return { coloured, paint: createPaint(coloured), glyphs: chooseGlyphs(process.env, process.platform) };
}
