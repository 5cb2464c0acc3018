import { EARLY, IMPORTED, type PieceLink } from '../../protocol/pieces.js';
import type { Format } from '../banner.js';
import type { Graph } from './graph.js';
import type { Shape } from './shape.js';

/** A module with top-level await, as esbuild has bundled it with a stub for each thing that it asks for. */
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
const [EXPORTS_OF, ASKED, DECLARE, GET] = ['__zdrExports', '__zdrAsk', '__zdrDeclare', '__zdrGet'];
/** Helpers that all pieces share, and the one that the stubs need. */
const HELPER =
  /^var (__(?:create|defProp|getOwnPropDesc|getOwnPropNames|getProtoOf|hasOwnProp|name|copyProps|toESM|commonJS)) = /;
const EXPORTS = /\nexport \{\n([^]*)\n\};\n$/;
const EXPORTED = /^ {2}([\w$]+)(?: as (?:([\w$]+)|("(?:[^"\\]|\\.)*")))?,?$/;

/**
 * Makes it a function that declares its exports and gives the module as an asynchronous function, for when all that it
 * imports was evaluated. `skip`: how many lines of the text come before those of the function. Throws where it has what a
 * function cannot say in the same way.
 */
export function awaitingShape({ text, name }: Bundled): Shape & { readonly skip: number } {
  const start = text.startsWith(`// ${name}\n`) ? 0 : text.indexOf(`\n// ${name}\n`) + 1;
  const head = text.slice(0, start);
  if ((start === 0 && !text.startsWith(`// ${name}\n`)) || !isPlain(head))
    throw new Error('top-level await with helpers of esbuild');
  const links: PieceLink[] = [];
  const ways: string[] = [];
  for (const [, variable = '', quoted = ''] of head.matchAll(DEFINED)) {
    const path = JSON.parse(quoted) as string;
    const [kind, specifier] = [path.slice(0, path.indexOf(':')), path.slice(path.indexOf(':') + 1, -'.cjs'.length)];
    if (kind === STATIC) links.push([specifier, false]);
    ways.push(`${variable}=()=>${kind === STATIC ? IMPORTED : ASKED}(${JSON.stringify(specifier)})`);
  }
  if (ways.length !== (head.match(/^var require_/gm) ?? []).length) throw new Error('top-level await with odd imports');
  const [whole = '', list = ''] = EXPORTS.exec(text.slice(Math.max(0, text.lastIndexOf('\nexport {\n')))) ?? [];
  const exported = list === '' ? [] : list.split('\n').map(exportIn);
  // The map may have something to say of each line.
  const body = text.slice(start, text.length - whole.length) + '\n'.repeat(whole.split('\n').length - 1);
  // A copy of what another module exports would not follow it.
  if (/^(?:var export_[\w$]+ = |__reExport\()/m.test(body)) throw new Error('top-level await beside exports of others');
  const exports = exported.map(([known]) => known);
  const getters = exported.map(([, variable]) => `()=>${variable}`);
  const later = exported.map((_, at) => `()=>${GET}[${at}]()`);
  const declared = `let ${GET};${DECLARE}(${EXPORTS_OF},${JSON.stringify(exports)},[${later.join(',')}]);`;
  const stubs = ways.length === 0 ? '' : `const ${ways.join(',')};`;
  return {
    code:
      `function(${EXPORTS_OF},${ASKED},__zdrModule,${IMPORTED},${EARLY},${DECLARE}){"use strict";${declared}${stubs}` +
      `return async()=>{${GET}=[${getters.join(',')}];\n${body}\n}}`,
    links,
    exports,
    passed: {},
    variables: new Map(),
    skip: head.split('\n').length - 1,
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

/** Why a program cannot be in pieces of which these modules have top-level await, and these export an enum; null: it can. */
export function whyNot(
  { modules, late }: Graph,
  awaiting: ReadonlySet<string>,
  enums: ReadonlySet<string>,
  format: Format,
): string | null {
  // A whole bundle has its values in the place of their names, wherever they are.
  for (const path of enums) if (reaches(path, path, modules)) return 'an enum in a cycle of imports';
  if (format === 'cjs' && awaiting.size > 0) return 'top-level await';
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
