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

/** The columns that a text takes on a screen: what East Asian scripts and emoji are made of takes two, marks none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfOne(character);
  return columns;
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

const nothing = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$/u;

function columnsOfOne(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (nothing.test(character)) return 0;
  return wide.test(character) || /^\p{Emoji_Presentation}$/u.test(character) || code >= 0x20000 ? 2 : 1;
}
