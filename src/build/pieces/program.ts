import { pathToFileURL } from 'node:url';

import { HELPERS, type PieceTarget } from '../../protocol/pieces.js';
import { REALM } from '../../protocol/late.js';
import {
  ALIASED_REQUIRE,
  bannerOf,
  CLOCK,
  CREATE_REQUIRE,
  type Format,
  IMPORT,
  IS_NAMESPACE,
  REQUIRE,
  RESOLVE,
  SHARE,
  SHARED,
} from '../banner.js';
import { type Mappings, MapWriter } from './mappings.js';
import type { Shape } from './shape.js';

/** A module as a function, and where its lines come from. */
export interface Piece extends Shape {
  readonly path: string;
  readonly isModule: boolean;
  /** It has top-level await. */
  readonly awaits: boolean;
  readonly targets: Readonly<Record<string, PieceTarget>>;
  readonly mappings: Mappings;
}

interface Text {
  readonly text: string;
  readonly map: string;
}

interface Program {
  readonly format: Format;
  readonly entry: string;
  readonly base: string;
  readonly own: readonly Piece[];
  /** Some of it has top-level await. */
  readonly awaits: boolean;
  readonly builtins: readonly string[];
  /** See `bannerOf`. */
  readonly anchor: string;
  readonly timing: boolean;
}

const NAMES = [REQUIRE, IMPORT, RESOLVE, IS_NAMESPACE, CREATE_REQUIRE, ALIASED_REQUIRE, SHARE, SHARED];

/** The file with all modules: it gives them, and runs none. */
export function baseOf(pieces: readonly Piece[], timing: boolean): Text {
  const { text, map } = fileOf(pieces, 'module.exports=', 0, timing);
  return { text: `${text};\n`, map };
}

/** The bundle of a program that has most of its modules in a base file. */
export function programOf({ format, entry, base, own, awaits, builtins, anchor, timing }: Program): Text {
  const esm = format === 'esm';
  const banner = bannerOf(format, anchor, timing);
  const imports = esm ? builtins.map((name, i) => `import*as __zdrBuiltin${i} from${JSON.stringify(name)};`) : [];
  const found = esm ? builtins.map((name, i) => `${JSON.stringify(name)}:__zdrBuiltin${i}`) : [];
  const { text, map } = fileOf(own, '', 2, timing);
  const main = esm ? 'null' : 'module';
  const names = timing ? [...NAMES, CLOCK] : NAMES;
  const program =
    `entry:${JSON.stringify(entry)},awaits:${awaits},main:${main},base:${JSON.stringify(base)},` +
    `names:{${names.join(',')}},builtins:{${found.join(',')}},own:`;
  return {
    text: `${banner}${imports.join('')}\n${awaits ? 'await ' : ''}process[Symbol.for(${JSON.stringify(REALM)})].run({${program}\n${text}});\n`,
    map,
  };
}

/** A function that gives the pieces, from a line on. */
function fileOf(pieces: readonly Piece[], before: string, from: number, timing: boolean): Text {
  const map = new MapWriter();
  const names = [...NAMES, ...(timing ? [CLOCK] : []), ...HELPERS];
  const free = `{${names.join(',')}}`;
  const parts = [`${before}(${free},later)=>(later?.((names)=>{(${free}=names)}),[\n`];
  let line = from + 1;
  for (const { path, isModule, awaits, links, targets, passed, code, mappings } of pieces) {
    parts.push(
      `[${JSON.stringify(path)},${awaits ? '"awaits"' : isModule},${JSON.stringify(links)},${JSON.stringify(targets)},`,
      `${JSON.stringify(passed)},\n${code}],\n`,
    );
    // The head of the entry, and of the function.
    map.add(line + 2, pathToFileURL(path).href, mappings);
    line += 2 + lineBreaks(code);
  }
  parts.push('])');
  return { text: parts.join(''), map: map.toString() };
}

function lineBreaks(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
