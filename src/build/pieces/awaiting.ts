import { EARLY, IMPORTED, type PieceLink } from '../../protocol/pieces.js';
import type { Graph } from './graph.js';
import type { Shape } from './shape.js';

/** A module with top-level await, as esbuild has bundled it with {@link stubOf} for all that it asks for. */
export interface Bundled {
  readonly text: string;
  /** What esbuild calls it: relative to the working directory. */
  readonly name: string;
}

/** The module that stands for what an awaiting module asks for. `namespace`: by which kind of import. */
export const STATIC = 'zdr-static';
export const LATE = 'zdr-late';

/** What esbuild gets for it. Of its text only the names are used. */
export const STUB = 'module.exports = 0';

const DEFINED = /^var (require_[\w$]+) = __commonJS\(\{\n {2}("(?:[^"\\]|\\.)*")/gm;
/** Parameters: to esbuild the module is one of ES, which may have node's names for itself. */
const [EXPORTS_OF, ASKED, DECLARE] = ['__zdrExports', '__zdrAsk', '__zdrDeclare'];
/** Helpers that all pieces share, and the one that the stubs need. */
const HELPER =
  /^var (__(?:create|defProp|getOwnPropDesc|getOwnPropNames|getProtoOf|hasOwnProp|name|copyProps|toESM|commonJS)) = /;
const EXPORTS = /\nexport \{\n([^]*)\n\};\n$/;
const EXPORTED = /^ {2}([\w$]+)(?: as (?:([\w$]+)|("(?:[^"\\]|\\.)*")))?,?$/;

/**
 * Makes it an asynchronous function that declares its exports, waits until all that it imports was evaluated, and goes on
 * as the module. `skip`: how many lines of the text come before those of the function. Throws where it has what a
 * function cannot say in the same way.
 */
export function awaitingShape({ text, name }: Bundled): Shape & { readonly skip: number } {
  const start = text.indexOf(`\n// ${name}\n`);
  const head = text.slice(0, start);
  if (start < 0 || !isPlain(head)) throw new Error('top-level await with helpers of esbuild');
  const links: PieceLink[] = [];
  const ways: string[] = [];
  for (const [, variable = '', quoted = ''] of head.matchAll(DEFINED)) {
    const path = JSON.parse(quoted) as string;
    const [kind, specifier] = [path.slice(0, path.indexOf(':')), path.slice(path.indexOf(':') + 1, -'.cjs'.length)];
    if (kind === STATIC) links.push([specifier, false]);
    ways.push(`${variable}=()=>${kind === STATIC ? IMPORTED : ASKED}(${JSON.stringify(specifier)})`);
  }
  const [whole = '', list = ''] = EXPORTS.exec(text) ?? [];
  const exported = list === '' ? [] : list.split('\n').map(exportIn);
  // The map may have something to say of each line.
  const body = text.slice(start + 1, text.length - whole.length) + '\n'.repeat(whole.split('\n').length - 1);
  // A copy of what another module exports would not follow it.
  if (/^(?:var export_[\w$]+ = |__reExport\()/m.test(body)) throw new Error('top-level await beside exports of others');
  const exports = exported.map(([known]) => known);
  const getters = exported.map(([, variable]) => `()=>${variable}`);
  const declared = `${DECLARE}(${EXPORTS_OF},${JSON.stringify(exports)},[${getters.join(',')}]);await ${EARLY};`;
  const stubs = ways.length === 0 ? '' : `const ${ways.join(',')};`;
  return {
    code: `async function(${EXPORTS_OF},${ASKED},__zdrModule,${IMPORTED},${EARLY},${DECLARE}){"use strict";${declared}${stubs}\n${body}\n}`,
    links,
    exports,
    passed: {},
    variables: new Map(),
    skip: head.split('\n').length,
  };
}

function exportIn(line: string): readonly [known: string, variable: string] {
  const [found, variable = '', plain, quoted] = EXPORTED.exec(line) ?? [];
  if (found === undefined) throw new Error(`unknown export: ${line}`);
  return [plain ?? (quoted === undefined ? variable : (JSON.parse(quoted) as string)), variable];
}

/** Whether these lines declare nothing but what all pieces share, and stubs. */
function isPlain(head: string): boolean {
  return head
    .split('\n')
    .every((line) => !line.startsWith('var ') || line.startsWith('var require_') || HELPER.test(line));
}

/** Why a program with these awaiting modules cannot be in pieces; null: it can. */
export function whyNotAwaiting({ modules, late }: Graph, awaiting: ReadonlySet<string>): string | null {
  /** What waits for one of them. */
  const waiting = new Set(awaiting);
  const importers = new Map<string, string[]>();
  for (const [path, { targets }] of modules)
    for (const [kind, name] of Object.values(targets))
      if (kind === 'piece') importers.set(name, [...(importers.get(name) ?? []), path]);
  for (const path of waiting) for (const importer of importers.get(path) ?? []) waiting.add(importer);
  // `require` could not wait.
  if ([...late].some((path) => waiting.has(path))) return 'top-level await in what is imported at run time';
  for (const path of awaiting) if (reaches(path, path, modules)) return 'top-level await in a cycle of imports';
  return null;
}

function reaches(from: string, to: string, modules: Graph['modules']): boolean {
  const seen = new Set<string>();
  const todo = [from];
  for (let path = todo.pop(); path !== undefined; path = todo.pop())
    for (const [kind, name] of Object.values(modules.get(path)?.targets ?? {})) {
      // What tells of itself imports itself for that.
      if (kind !== 'piece' || seen.has(name) || name === path) continue;
      if (name === to) return true;
      seen.add(name);
      todo.push(name);
    }
  return false;
}
