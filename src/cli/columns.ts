import { columnsOf, columnsOfOne } from '../columns.js';
import type { Paint } from './paint.js';

/** A piece of a line. */
export interface Piece {
  readonly text: string;
  readonly colour: keyof Paint | null;
}

export function piece(text: string, colour: Piece['colour'] = null): Piece {
  return { text, colour };
}

/** One line of the pieces, no wider than `width` columns. */
export function fit(pieces: readonly Piece[], width: number, ellipsis: string, paint: Paint): string {
  let room = width;
  let line = '';
  for (const { text, colour } of pieces) {
    const shown = columnsOf(text) <= room ? text : shorten(text, room, ellipsis);
    room -= columnsOf(shown);
    line += colour === null ? shown : paint[colour](shown);
    if (shown !== text) break;
  }
  return line.trimEnd();
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;
}

function shorten(text: string, room: number, ellipsis: string): string {
  if (room < ellipsis.length) return '';
  let kept = '';
  let left = room - ellipsis.length;
  for (const character of text) {
    left -= columnsOfOne(character);
    if (left < 0) break;
    kept += character;
  }
  return kept + ellipsis;
}
