import { fileURLToPath } from 'node:url';
import { harmless } from './harmless.js';
import type { Paint } from './paint.js';
import { shownPath } from './paths.js';
import { CODE } from '../code.js';

const longest = 40;
const own = [CODE, new URL('../bin/', CODE)].map((folder) => fileURLToPath(folder));

/** An error as node prints it, without the frames of Node and of zdr, with paths as seen from `cwd`. */
export function errorLines(text: string, cwd: string, paint: Paint): readonly string[] {
  const lines: string[] = [];
  for (const line of harmless(text).trimEnd().split('\n')) {
    const frame = readFrame(line);
    if (frame === null) lines.push(isExcerpt(line) ? showExcerpt(line, paint) : line);
    else if (!isInternal(frame.path)) lines.push(showFrame(frame, cwd, paint));
    // A frame that goes may open the list of the error's own properties.
    else if (frame.end.endsWith(' {') && lines.length > 0) lines.push(`${lines.pop()} {`);
  }
  // What it is stands out from where it was.
  if (lines[0] !== undefined) lines[0] = paint.bold(lines[0]);
  const more = lines.length - longest;
  return more > 0 ? [...lines.slice(0, longest), paint.dim(`    +${more} more lines`)] : lines;
}

/** The first frame of the app's own code, with the line of the source. Empty when the error has none. */
export function firstFrame(text: string, cwd: string, paint: Paint): readonly string[] {
  const lines = harmless(text).split('\n');
  for (const [at, line] of lines.entries()) {
    const frame = readFrame(line);
    if (frame === null || isInternal(frame.path) || isDependency(frame.path)) continue;
    const excerpt = lines
      .slice(at + 1, at + 3)
      .filter(isExcerpt)
      .map((one) => showExcerpt(one, paint));
    return [showFrame({ ...frame, end: frame.end.replace(/ \{$/, '') }, cwd, paint), ...excerpt];
  }
  return [];
}

/** The worker puts such lines below the frame that they belong to. */
function isExcerpt(line: string): boolean {
  return /^ +(?:\d+ │|╵) /.test(line);
}

/** The mark stands out, as in the frames of the build. */
function showExcerpt(line: string, paint: Paint): string {
  const [, gutter = '', rest = ''] = /^( +(?:\d+ )?[│╵])(.*)$/s.exec(line) ?? [];
  return gutter.endsWith('╵') ? `${paint.dim(gutter)}${paint.green(rest)}` : `${paint.dim(gutter)}${rest}`;
}

interface Frame {
  readonly start: string;
  readonly path: string;
  readonly place: string;
  readonly end: string;
}

/** `    at name (path:1:2)` or `    at path:1:2`. */
function readFrame(line: string): Frame | null {
  const match = /^(\s+at (?:async )?(?:.*\()?)(\S.*?)((?::\d+){1,2})(\)?(?: \{)?)$/.exec(line);
  if (match === null)
    return /^\s+at .*(<anonymous>|native)\)?(?: \{)?$/.test(line)
      ? { start: '', path: 'node:', place: '', end: line.slice(-3) }
      : null;
  const [, start = '', path = '', place = '', end = ''] = match;
  return { start, path: path.startsWith('file://') ? fromUrl(path) : path, place, end };
}

function showFrame({ start, path, place, end }: Frame, cwd: string, paint: Paint): string {
  const shown = `${shownPath(path, cwd)}${place}`;
  return isDependency(path)
    ? paint.dim(`${start}${shown}${end}`)
    : `${paint.dim(start)}${paint.cyan(shown)}${paint.dim(end)}`;
}

function isInternal(path: string): boolean {
  return path.startsWith('node:') || own.some((folder) => path.startsWith(folder));
}

function isDependency(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path);
}

function fromUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
