import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { HELPER_NAMES } from './lower.js';
import { ALIASED_REQUIRE, CLOCK, CREATE_REQUIRE, IMPORT, RESOLVE } from './banner.js';

/** Text that was put in front of a line of a source, for positions in messages. Lines count from 1. */
export interface Shift {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface Rewritten {
  readonly text: string;
  /** It may ask for files at run time that the build does not know of. */
  readonly open: boolean;
  readonly shift: Shift | null;
}

/**
 * esbuild's `define`: what a module knows about itself becomes a variable of its own file, which the prelude declares.
 * A file that declares the name itself (`const __dirname = …`) keeps its own.
 */
export const DEFINE: Readonly<Record<string, string>> = {
  ...HELPER_NAMES,
  'import.meta': '__zdrMeta',
  'import.meta.url': '__zdrUrl',
  'import.meta.filename': '__zdrFilename',
  'import.meta.dirname': '__zdrDirname',
  'import.meta.main': '__zdrIsMain',
  'import.meta.resolve': '__zdrFileResolve',
  __filename: '__zdrFilename',
  __dirname: '__zdrDirname',
  'require.main': '__zdrMainModule',
  'require.resolve': '__zdrFileRequire.resolve',
};

const META = /\bimport\s*\.\s*meta\b/;
const WHOLE_META = /\bimport\s*\.\s*meta\b(?!\s*\.\s*(?:url|filename|dirname|main|resolve)\b)/;
/** What a CommonJS module knows of itself beside its exports, which is all that esbuild's have. */
const MODULE = /\bmodule\s*\.\s*(?:id|filename|path|paths|parent|children|loaded)\b/;
/** Not a constant: what esbuild would look for by a pattern as well, since files can appear later. */
const COMPUTED =
  /(?<![\w$.#])(require|import)(\s*\(\s*(?:\/\*[\s\S]*?\*\/\s*)*)(?=[^\s"'`/)]|`[^`]*\$\{|"[^"\n]*"\s*[^\s,)]|'[^'\n]*'\s*[^\s,)])/g;
const MAIN = /\b(?:require\s*\.\s*main\s*([!=])==?\s*module\b|module\s*([!=])==?\s*require\s*\.\s*main\b)(?!\s*\.)/g;

/**
 * Makes a source file keep its own identity inside a bundle: its URL, folder and name, `require` and `import()` with
 * computed arguments, `require.main === module`. The prelude stands on the line of the first statement and holds
 * only what the file uses, then `share`. With `timing` it tells that the evaluation of the file begins. `aliases`: what
 * a tsconfig makes of computed names.
 */
export function rewrite(
  source: string,
  path: string,
  entry: string,
  share = '',
  timing = false,
  aliases: readonly unknown[] = [],
): Rewritten {
  let text = source;
  if (text.includes('require'))
    text = text.replace(MAIN, (found, a?: string, b?: string) =>
      String((path === entry) === ((a ?? b) === '=')).padEnd(found.length),
    );
  text = text.replace(COMPUTED, (found, word: string, gap: string, at: number, all: string) =>
    isCall(all, at, at + found.length) ? (word === 'import' ? '__zdrFileImport' : '__zdrFileRequire') + gap : found,
  );
  const open = text.includes('__zdrFile') || /\bcreateRequire\b/.test(text);
  const clock = timing ? `${CLOCK}(${JSON.stringify(path)});` : '';
  const prelude =
    preludeOf(text, path, entry, aliases.length === 0 ? '' : `,${JSON.stringify(aliases)}`) + clock + share;
  if (prelude === '') return { text, open, shift: null };
  const at = startOf(text);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return {
    text: before + prelude + text.slice(at),
    open,
    shift: { line, column: at - (before.lastIndexOf('\n') + 1), length: prelude.length },
  };
}

function preludeOf(text: string, path: string, entry: string, aliases: string): string {
  const meta = META.test(text);
  const uses = (word: string): boolean => text.includes(word);
  const url = JSON.stringify(pathToFileURL(path).href);
  const parts: string[] = [];
  if (meta && uses('url')) parts.push(`__zdrUrl=${url}`);
  if (uses('__filename') || (meta && uses('filename'))) parts.push(`__zdrFilename=${JSON.stringify(path)}`);
  if (uses('__dirname') || (meta && uses('dirname'))) parts.push(`__zdrDirname=${JSON.stringify(dirname(path))}`);
  if (meta && uses('main')) parts.push(`__zdrIsMain=${path === entry}`);
  if (meta && uses('resolve')) parts.push(`__zdrFileResolve=(s)=>${RESOLVE}(s,${url})`);
  if (WHOLE_META.test(text)) parts.push(`__zdrMeta=${wholeMeta(path, url, path === entry)}`);
  if (uses('__zdrFileImport')) parts.push(`__zdrFileImport=${IMPORT}(${url}${aliases})`);
  if (uses('__zdrFileRequire') || /\brequire\s*\.\s*resolve\b/.test(text))
    parts.push(
      `__zdrFileRequire=${aliases === '' ? CREATE_REQUIRE : ALIASED_REQUIRE}(${JSON.stringify(path)}${aliases})`,
    );
  if (/\brequire\s*\.\s*main\b/.test(text)) parts.push(`__zdrMainModule=${mainModule(entry)}`);
  const knows = MODULE.test(text) ? `Object.assign(module,${moduleOf(path, entry)});` : '';
  return (parts.length === 0 ? '' : `var ${parts.join(',')};`) + knows;
}

/** `import.meta` itself, with what node has in it. */
function wholeMeta(path: string, url: string, isMain: boolean): string {
  const main = HAS_MAIN ? `,main:${isMain}` : '';
  return (
    `{__proto__:null,dirname:${JSON.stringify(dirname(path))},filename:${JSON.stringify(path)}${main},` +
    `resolve:(s)=>${RESOLVE}(s,${url}),url:${url}}`
  );
}

/** `import.meta.main` came with 24.2 and 22.18. */
const [MAJOR = 0, MINOR = 0] = process.versions.node.split('.').map(Number);
const HAS_MAIN = MAJOR > 24 || (MAJOR === 24 && MINOR >= 2) || (MAJOR === 22 && MINOR >= 18);

function moduleOf(path: string, entry: string): string {
  const file = JSON.stringify(path);
  // The entry's is node's own, and named for the bundle.
  const own = path === entry ? '' : `id:${file},loaded:false,children:[],parent:${mainModule(entry)},`;
  return (
    `{${own}path:${JSON.stringify(dirname(path))},filename:${file},` +
    `paths:${CREATE_REQUIRE}(${file}).resolve.paths("a")??[]}`
  );
}

function mainModule(entry: string): string {
  const filename = JSON.stringify(entry);
  return `{id:".",path:${JSON.stringify(dirname(entry))},filename:${filename},exports:{},loaded:true,children:[],paths:[],name:${JSON.stringify(basename(entry))}}`;
}

/** A method that is called `import` or `require` looks like a call, up to the body behind its parameters. */
function isCall(text: string, at: number, open: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at);
  if (/\b(?:function|get|set)\s*\*?\s*$/.test(before)) return false;
  let depth = 1;
  let i = open;
  for (; i < text.length && depth > 0; i++) {
    const c = text[i];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === '"' || c === "'")
      while (++i < text.length && text[i] !== c && text[i] !== '\n') if (text[i] === '\\') i++;
  }
  const after = /^\s*(.)/s.exec(text.slice(i, i + 40))?.[1];
  if (after === '{') return false;
  return after !== ':' || /(?:\?|\bawait|\bcase)\s*$/.test(before);
}

/** Where the first statement can stand: behind a hashbang and behind directives, which lose their meaning behind a statement. */
function startOf(text: string): number {
  const gap = /(?:\s+|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/y;
  const directive = /(?:'[^'\n]*'|"[^"\n]*")[^\S\n]*(?:;|(?=\n|$))/y;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  if (text.startsWith('#!', at)) at = (text.indexOf('\n', at) + 1 || text.length + 1) - 0;
  for (let end = Math.min(at, text.length); ;) {
    gap.lastIndex = end;
    gap.exec(text);
    directive.lastIndex = gap.lastIndex;
    if (!directive.test(text)) return Math.min(at, text.length);
    at = end = directive.lastIndex;
  }
}
