import { EARLY, HELPERS, IMPORTED, type PassedOn, type PieceLink } from '../../protocol/pieces.js';

/** A module that esbuild has written as CommonJS, as a function whose first line is the module's first one, too. */
export interface Shape {
  /** The function without its name. Line n of the module is line n of it, plus one. */
  readonly code: string;
  readonly links: readonly PieceLink[];
  /** What an ES module exports by name; `export *` not counted. */
  readonly exports: readonly string[];
  /** Those of them that are other modules' exports. */
  readonly passed: Readonly<Record<string, PassedOn>>;
  /** What it calls the modules that it imports: a variable, and the specifier. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Helpers of one line, and of several up to a line that closes: as esbuild writes them. The names of their parameters
 * depend on those in the module.
 */
const SHORT =
  /^var __(?:(?:create|defProp|getOwnPropDesc|getOwnPropNames|getProtoOf|hasOwnProp) = Object\.[\w.]+;|name = \(\w+, \w+\) => |reExport = \(\w+, \w+, \w+\) => |toCommonJS = \(\w+\) => )/;
const LONG =
  /^var __(?:export = \(\w+, \w+\) => \{|copyProps = \(\w+, \w+, \w+, \w+\) => \{|toESM = \(\w+, \w+, \w+\) => \()/;
const OTHER = /^var (__[\w$]+) = /;
const shared: ReadonlySet<string> = new Set(HELPERS);
const CLOSED = /^[)}]/;

const EXPORTS = /^var ([\w$]+) = \{\};$/;
const EXPORTED = /^ {2}(?:([\w$]+)|("(?:[^"\\]|\\.)*")): (?=\(\) => )/;
const PASSED = /^\(\) => ([\w$]+)(?:\.([\w$]+)|\[("(?:[^"\\]|\\.)*")\])?,?$/;
const IMPORT = /^(?:var ([\w$]+) = )?(?:__toESM\()?require\(("(?:[^"\\]|\\.)*")\)(?:, 1)?\)?;$/;
const STAR = /^__reExport\([\w$]+, require\(("(?:[^"\\]|\\.)*")\), module\.exports\);$/;
const ANNOTATION = '\n// Annotate the CommonJS export names for ESM import in node:\n';
/** Directives stand before the helpers, where a tsconfig or the source asks for them. */
const BEFORE = /^(?:"use [^"]*";)?$/;
const OWN_NAME = /^__name\(([\w$]+), "\1"\);$/gm;

/**
 * Takes a module as esbuild writes it for `format: 'cjs'` without bundling. An ES module becomes a generator that
 * declares its exports and stands still, has the namespaces of what it imports in hands and stands still until all of
 * that has been evaluated: so functions can be called across a cycle as in node.
 */
export function shape(text: string, isModule: boolean): Shape {
  const end = isModule ? text.lastIndexOf(ANNOTATION) : -1;
  const kept = end < 0 ? text : text.slice(0, end + 1);
  // A declared function has its name. Inside a template such a line could be text.
  const lines = (kept.includes('`') ? kept : kept.replaceAll(OWN_NAME, '')).split('\n');
  if (lines[0]?.startsWith('#!')) lines[0] = '';
  const at = dropHelpers(
    lines,
    Math.max(
      0,
      lines.findIndex((line) => !BEFORE.test(line)),
    ),
  );
  if (!isModule) {
    const code = `function(exports,require,module){\n${lines.join('\n')}}`;
    return { code, links: [], exports: [], passed: {}, variables: new Map() };
  }
  const [exports, after] = exportsAt(lines, at);
  const [links, variables] = linksAt(lines, after);
  const passed = passedOn(exports, lines.slice(at + 2), variables);
  const early = [...variables].map(([name, specifier]) => `${name}=${EARLY}(${JSON.stringify(specifier)});`);
  const stop = `yield;${early.join('')}yield;`;
  const declares = after > at;
  // Better a whole bundle than a module without its exports.
  if (!declares && /^module\.exports = __toCommonJS\(/m.test(kept)) throw new Error('exports in an unknown form');
  if (declares) lines[after - 1] = stop;
  const head = `function*(exports,require,module,${IMPORTED},${EARLY}){"use strict";${declares ? '' : stop}`;
  return { code: `${head}\n${lines.join('\n')}}`, links, exports, passed, variables };
}

/** Empties the lines, from one on, of helpers that all modules share. Gives the first line behind the helpers. */
function dropHelpers(lines: string[], from: number): number {
  let at = from;
  for (; OTHER.test(lines[at] ?? ''); at++) {
    const line = lines[at] ?? '';
    const first = at;
    if (!line.endsWith(';')) while (at < lines.length && !CLOSED.test(lines[at] ?? '')) at++;
    if (SHORT.test(line) || LONG.test(line)) lines.fill('', first, at + 1);
    else if (shared.has(OTHER.exec(line)?.[1] ?? '')) throw new Error(`unknown helper: ${line}`);
  }
  return at;
}

/** The declaration of exports: its names, and the line behind it. What it declares are those that the runtime has made. */
function exportsAt(lines: string[], at: number): readonly [readonly string[], number] {
  const [, name] = EXPORTS.exec(lines[at] ?? '') ?? [];
  if (name === undefined) return [[], at];
  const names: string[] = [];
  let next = at + 1;
  if (lines[next] === `__export(${name}, {`) {
    for (next += 1; lines[next] !== '});'; next++) {
      const [start, plain, quoted] = EXPORTED.exec(lines[next] ?? '') ?? [];
      if (start === undefined) throw new Error(`unknown export: ${lines[next]}`);
      names.push(plain ?? (JSON.parse(quoted ?? '""') as string));
      lines[next] = lines[next]?.slice(start.length) ?? '';
    }
    // Two lists: for an object with these names V8 would make a shape a name, of which each is used once.
    lines[at + 1] = `__export(${name}, ${JSON.stringify(names)}, [`;
    lines[next] = ']);';
    next += 1;
  }
  if (lines[next] !== `module.exports = __toCommonJS(${name});`) return [[], at];
  lines[at] = `var ${name} = exports;`;
  return [names, next + 1];
}

/** `getters`: the lines with what gives each of the exports. */
function passedOn(
  exports: readonly string[],
  getters: readonly string[],
  variables: ReadonlyMap<string, string>,
): Readonly<Record<string, PassedOn>> {
  const found: [string, PassedOn][] = [];
  for (const [i, name] of exports.entries()) {
    const [, variable = '', plain, quoted] = PASSED.exec(getters[i] ?? '') ?? [];
    const specifier = variables.get(variable);
    if (specifier === undefined) continue;
    found.push([name, [specifier, plain ?? (quoted === undefined ? null : (JSON.parse(quoted) as string))]]);
  }
  return Object.fromEntries(found);
}

/** The imports, which esbuild has moved to the beginning; and the variables that it has made for them. */
function linksAt(lines: string[], from: number): readonly [PieceLink[], Map<string, string>] {
  const links: PieceLink[] = [];
  const variables = new Map<string, string>();
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, star] = STAR.exec(line) ?? [];
    const [, name, specifier] = IMPORT.exec(line) ?? [];
    const asked = star ?? specifier;
    if (asked === undefined) break;
    const meant = JSON.parse(asked) as string;
    links.push([meant, star !== undefined]);
    if (name !== undefined) variables.set(name, meant);
    // Of the same length, so that no position moves.
    lines[at] = line.replace('require(', `${IMPORTED}(`).replace(', module.exports);', ');');
  }
  return [links, variables];
}
