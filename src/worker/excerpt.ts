import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { columnsOf } from '../columns.js';
import { isOurs } from './late/realm.js';

/** So much of a line fits beside the number on a small screen. */
const WIDEST = 64;

/** A source map can name any file: what is no code is not shown. */
const SOURCE = /\.[cm]?[jt]sx?$/;

/** `    at name (path:1:2)` or `    at path:1:2`, and what stands behind it in an error that is printed. */
const FRAME = /^\s+at (?:async )?(?:.*\()?(\S.*?):(\d+):(\d+)\)?( \{|,)?$/;

/** Puts the line of the source, marked, below the first place of a stack that is in the app's own code. */
export function withExcerpt(text: string): string {
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    const place = placeOf(line);
    if (place === null) continue;
    const excerpt = excerptOf(place);
    return excerpt === null ? text : lines.toSpliced(at + 1, 0, ...excerpt).join('\n');
  }
  return text;
}

/** Without the frames of zdr, which the app would not have under node. */
export function withoutOurs(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const [, path = '', , , end = ''] = FRAME.exec(line) ?? [];
    if (path === '' || !isOurs(fromUrl(path))) lines.push(line);
    // Properties of the error may begin behind the last frame.
    else if (lines.length > 0) lines.push(`${lines.pop()}${end}`);
  }
  return lines.join('\n');
}

interface Place {
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

/** `    at name (path:1:2)` or `    at path:1:2`, of a file of the app. */
function placeOf(frame: string): Place | null {
  const [, path = '', line, column] = FRAME.exec(frame) ?? [];
  const file = fromUrl(path);
  const foreign =
    !/^(?:\/|[a-z]:\\)/i.test(file) || !SOURCE.test(file) || file.includes(`${sep}node_modules${sep}`) || isOurs(file);
  return foreign ? null : { file, line: Number(line), column: Number(column) };
}

/** As esbuild shows a line. Null where it cannot be read, or is no longer what ran. */
function excerptOf({ file, line, column }: Place): readonly string[] | null {
  const source = read(file)?.split(/\r?\n/)[line - 1];
  if (source === undefined || column > source.length) return null;
  // Of a long line the part around the mark.
  const from = column <= WIDEST ? 0 : column - WIDEST / 2;
  const start = from === 0 ? '' : '…';
  const end = source.length > from + WIDEST ? '…' : '';
  const gutter = String(line).padStart(7);
  // A tab stays one, so that both lines are as wide.
  const before = Array.from(source.slice(from, column - 1), (one) => (one === '\t' ? one : ' '.repeat(columnsOf(one))));
  return [
    `${gutter} │ ${start}${source.slice(from, from + WIDEST)}${end}`,
    `${' '.repeat(gutter.length)} ╵ ${' '.repeat(start.length)}${before.join('')}^`,
  ];
}

/** A path of either kind as a path. */
function fromUrl(url: string): string {
  try {
    return url.startsWith('file://') ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
