import { existsSync, lstatSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

import { CLOCK, REQUIRE } from './banner.js';

/** An import as esbuild asks about it. */
export interface Ask {
  readonly path: string;
  readonly kind: string;
  readonly namespace: string;
  readonly resolveDir: string;
}

export type Answer = {
  readonly path: string;
  readonly external?: boolean;
  readonly namespace?: string;
} | null;

export interface Externals {
  /** Null leaves the import to esbuild. `next` is esbuild's own answer: a real path, or null when there is none. */
  resolve(ask: Ask, next: () => Promise<string | null>): Promise<Answer>;
  /** Leaves this file of a package a static import: it uses top-level await, so `require` cannot load it. False: it was one. */
  keepStatic(path: string): boolean;
  /** Files that are left so. */
  readonly asynchronous: ReadonlySet<string>;
  /** Symbolic links outside node_modules' store that resolutions went through: another target is another program. */
  readonly links: ReadonlySet<string>;
  /** What files of a folder ask for by `import()`: specifiers of packages, and the URLs that they came to. */
  dynamic(folder: string): ReadonlyMap<string, string>;
  clear(): void;
}

export const EXTERNAL = 'zdr-external';

/**
 * Everything that does not begin with a dot, except `node:`. Relative imports stay inside esbuild, since a call to a
 * plugin for each of them costs more than all the rest of a rebuild.
 */
export const NOT_RELATIVE = /^(?:[^.n]|n(?:$|[^o]|o(?:$|[^d]|d(?:$|[^e]|e(?:$|[^:])))))/;
export const ADDON = /\.node$/;

/**
 * Decides what a bundle leaves out: what really lies in node_modules, and native addons.
 *
 * An external `import` becomes a CommonJS module that requires the file. So esbuild evaluates it at the place where the
 * import stands, as node would; an external import statement would run before all modules of the bundle.
 */
export function openExternals(): Externals {
  const answers = new Map<string, string>();
  const asynchronous = new Set<string>();
  const links = new Set<string>();

  return {
    asynchronous,
    links,
    keepStatic(path) {
      const news = !asynchronous.has(path);
      asynchronous.add(path);
      return news;
    },
    dynamic(folder) {
      const start = keyOf('dynamic-import', folder, '');
      const found = [...answers].filter(([key, real]) => key.startsWith(start) && isExternal(real));
      return new Map(found.map(([key, real]) => [key.slice(start.length), pathToFileURL(real).href]));
    },
    clear() {
      answers.clear();
      links.clear();
    },
    async resolve(ask, next) {
      if (ask.kind === 'entry-point' || ask.namespace === EXTERNAL) return null;
      if (isBuiltin(ask.path) || ask.path.startsWith('data:')) return { path: ask.path, external: true };
      const key = keyOf(ask.kind, ask.resolveDir, ask.path);
      let real = answers.get(key);
      if (real === undefined || !existsSync(real)) {
        const found = await next();
        if (found === null) return null;
        answers.set(key, (real = found));
        if (!isExternal(real)) addLink(ask, links);
      }
      if (!isExternal(real)) return { path: real };
      return answerFor(real, ask.kind, asynchronous);
    },
  };
}

function keyOf(kind: string, folder: string, specifier: string): string {
  return `${kind}\n${folder}\n${specifier}`;
}

function answerFor(real: string, kind: string, asynchronous: ReadonlySet<string>): Answer {
  if (kind === 'dynamic-import') return { path: pathToFileURL(real).href, external: true };
  if (kind === 'import-statement' && asynchronous.has(real)) return { path: pathToFileURL(real).href, external: true };
  // The extension makes it CommonJS, whatever the package.json beside the file says.
  return { path: `${real}.cjs`, namespace: EXTERNAL };
}

/** The module that stands for an external file. It does not say `require`, which would ask the plugin again. */
export function contentsOfExternal(path: string, timing: boolean): string {
  const file = JSON.stringify(path.slice(0, -'.cjs'.length));
  const clock = timing ? `${CLOCK}(${file});` : '';
  // An error says which of the app's imports it is that `require` cannot load, see `keepStatic`.
  return `${clock}try{module.exports=${REQUIRE}(${file})}catch(error){if(error?.code==='ERR_REQUIRE_ASYNC_MODULE')error.required??=${file};throw error}`;
}

/** The files that such modules, by their names in a metafile, stand for; null where another one was not read by zdr. */
export function packagesIn(names: readonly string[], isRead: (name: string) => boolean): readonly string[] | null {
  const start = `${EXTERNAL}:`;
  const outside = names.filter((name) => name.startsWith(start));
  const all = names.every((name) => name.startsWith(start) || isRead(name));
  return all ? outside.map((name) => name.slice(start.length, -'.cjs'.length)) : null;
}

/** A source map that names the external files themselves instead of the modules that stand for them. */
export function nameExternals(map: string): string {
  return map.replaceAll(new RegExp(`"${EXTERNAL}:((?:[^"\\\\]|\\\\.)*)\\.cjs"`, 'g'), '"$1"');
}

/** Whether a real path belongs to an installed package (or is a native addon) and not to the project. */
export function isExternal(path: string): boolean {
  return path.includes(`${sep}node_modules${sep}`) || ADDON.test(path);
}

/** A package that is bundled was reached through a link in some node_modules. */
function addLink({ path, resolveDir }: Ask, links: Set<string>): void {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
  if (name === undefined || name.startsWith('#')) return;
  for (let folder = resolveDir; ; folder = dirname(folder)) {
    const link = join(folder, 'node_modules', name);
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return void links.add(link);
    if (dirname(folder) === folder) return;
  }
}
