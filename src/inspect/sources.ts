import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { readSegments } from '../segments.js';

/** A place in a file; both count from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A place in one of the app's files. */
export interface SourcePosition extends Position {
  /** A file URL. */
  readonly url: string;
}

/** What a bundle's source map says. */
export interface BundleMap {
  /** The files that it is made of, as URLs. */
  readonly urls: readonly string[];
  /** The place that a place in the bundle comes from. */
  original(position: Position): SourcePosition | null;
  /**
   * Where the bundle has each of these places: the first that begins there or later on the line, or else on a later one,
   * as V8 moves a breakpoint on. Null where there is none.
   */
  generated(places: readonly SourcePosition[]): readonly (Position | null)[];
}

/** Null: there is none. */
export async function readBundleMap(bundle: string): Promise<BundleMap | null> {
  try {
    return mapOf(bundle, JSON.parse(await readFile(`${bundle}.map`, 'utf8')) as RawMap);
  } catch {
    return null;
  }
}

interface RawMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

function mapOf(bundle: string, { sources, mappings }: RawMap): BundleMap {
  const urls = sources.map((source) => pathToFileURL(resolve(dirname(bundle), source)).href);
  return {
    urls,
    original({ line, column }) {
      let found: SourcePosition | null = null;
      scan(mappings, (at, atColumn, source, originalLine, originalColumn) => {
        if (at !== line || (found !== null && atColumn > column)) return;
        found = { url: urls[source] ?? '', line: originalLine, column: originalColumn };
      });
      return found;
    },
    generated(places) {
      const best = places.map(() => ({ distance: Infinity, position: null as Position | null }));
      const wanted = new Map<number, number[]>();
      for (const [index, { url }] of places.entries()) {
        const source = urls.indexOf(url);
        wanted.set(source, [...(wanted.get(source) ?? []), index]);
      }
      scan(mappings, (line, column, source, originalLine, originalColumn) => {
        for (const index of wanted.get(source) ?? []) {
          const place = places[index];
          const one = best[index];
          if (place === undefined || one === undefined || originalLine < place.line) continue;
          const away = distance(place, originalLine, originalColumn);
          if (away >= one.distance) continue;
          one.distance = away;
          one.position = { line, column };
        }
      });
      return best.map(({ position }) => position);
    },
  };
}

/** No line is so long. */
const LINE = 1e7;

function distance(place: Position, line: number, column: number): number {
  if (line > place.line) return (line - place.line) * 2 * LINE + column;
  return column >= place.column ? column - place.column : LINE + column;
}

type Segment = (line: number, column: number, source: number, originalLine: number, originalColumn: number) => void;

/** Goes through all mappings that name a source. */
function scan(mappings: string, onSegment: Segment): void {
  let line = 0;
  const at = [0, 0, 0, 0, 0];
  readSegments(
    mappings,
    (fields) => {
      for (const [field, value] of fields.entries()) at[field] = (at[field] ?? 0) + value;
      if (fields.length >= 4) onSegment(line, at[0] ?? 0, at[1] ?? 0, at[2] ?? 0, at[3] ?? 0);
    },
    () => {
      line += 1;
      at[0] = 0;
    },
  );
}
