import { DIGITS, digitOf, MORE, readSegments } from '../../segments.js';

/** The mappings of one source, ready to be put behind others: see https://tc39.es/ecma426/ for the format. */
export interface Mappings {
  /** What stands before the first segment that names a source. */
  readonly head: string;
  /** That segment: column, source, line, column. Relative to nothing. */
  readonly first: readonly number[] | null;
  /** What stands behind it. */
  readonly rest: string;
  /** Position in the source at the end: source, line, column. */
  readonly last: readonly [source: number, line: number, column: number];
}

/**
 * Reads a source map (JSON) whose lines have one source, from line `skip` on, which is the first one then. Names are left
 * out.
 */
export function readMappings(map: string, skip = 0): Mappings {
  const { mappings, names } = JSON.parse(map) as { readonly mappings: string; readonly names: readonly string[] };
  return read(names.length === 0 ? mappings : mappings.replaceAll(/[^;,]+/g, withoutName), skip);
}

/** A segment without its fifth field. */
function withoutName(segment: string): string {
  let fields = 0;
  for (let at = 0; at < segment.length; at++) {
    if ((digitOf(segment.charCodeAt(at)) & MORE) !== 0) continue;
    fields += 1;
    if (fields === 4) return segment.slice(0, at + 1);
  }
  return segment;
}

function read(text: string, skip: number): Mappings {
  let line = 0;
  let column = 0;
  let source = 0;
  let own = 0;
  let first: Mappings['first'] = null;
  let left = skip;
  let begin = 0;
  let cut = text.length;
  let end = text.length;
  readSegments(
    text,
    (fields, start, at) => {
      if (fields.length < 4) return;
      source += fields[1] ?? 0;
      line += fields[2] ?? 0;
      column += fields[3] ?? 0;
      if (first !== null || left > 0) return;
      first = [fields[0] ?? 0, 0, line, column];
      own = source;
      [cut, end] = [start, at];
    },
    (at) => {
      left -= 1;
      if (left === 0) begin = at + 1;
    },
  );
  return { head: text.slice(begin, cut), first, rest: text.slice(end), last: [source - own, line, column] };
}

/** Puts maps of one source each behind each other. */
export class MapWriter {
  readonly #sources: string[] = [];
  readonly #parts: string[] = [];
  /** Lines that were written. */
  #line = 0;
  #last: readonly [number, number, number] = [0, 0, 0];

  /** `line`: where the text of these mappings begins; it has `lines` lines. From 0. */
  add(line: number, source: string, { head, first, rest, last }: Mappings): void {
    const index = this.#sources.push(source) - 1;
    this.#parts.push(';'.repeat(line - this.#line), head);
    this.#line = line + count(head) + count(rest);
    if (first === null) return;
    const [s, l, c] = this.#last;
    const [column = 0, own = 0, from = 0, to = 0] = first;
    this.#parts.push(encode(column), encode(index + own - s), encode(from - l), encode(to - c), rest);
    this.#last = [index + last[0], last[1], last[2]];
  }

  /** The map as JSON. */
  toString(): string {
    return JSON.stringify({ version: 3, sources: this.#sources, names: [], mappings: this.#parts.join('') });
  }
}

function count(text: string): number {
  let lines = 0;
  for (let at = text.indexOf(';'); at >= 0; at = text.indexOf(';', at + 1)) lines++;
  return lines;
}

function encode(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & (MORE - 1);
    rest >>>= 5;
    text += DIGITS[digit | (rest > 0 ? MORE : 0)];
  } while (rest > 0);
  return text;
}
