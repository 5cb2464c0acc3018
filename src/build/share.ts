import { basename } from 'node:path';

import { SHARE, SHARED } from './banner.js';

/** How esbuild read a file, from its metafile: `none` has neither imports nor exports. */
export type Syntax = 'esm' | 'cjs' | 'none';

/** Modules of a bundle that the realm has already are taken from there. */
export const SHARED_MODULE = 'zdr-shared';

/**
 * The statements with which a module tells the realm that it begins to be evaluated, and what its exports are. An ES
 * module finds them by an import of itself, which esbuild knows to be the module's own.
 */
export function sharing(path: string, syntax: Syntax): string {
  const file = JSON.stringify(path);
  switch (syntax) {
    case 'esm':
      return `import*as __zdrSelf from${JSON.stringify(`./${basename(path)}`)};${SHARE}(${file},()=>__zdrSelf,true);`;
    case 'cjs':
      return `${SHARE}(${file},()=>module.exports,false);`;
    case 'none':
      return `${SHARE}(${file},()=>({}),false);`;
  }
}

/** The module that stands for one that the realm has. */
export function contentsOfShared(path: string): string {
  return `module.exports=${SHARED}(${JSON.stringify(path.slice(0, -'.cjs'.length))})`;
}

/** Whether a text looks as if it had import or export statements: when this changes, so may its {@link Syntax}. */
export function looksLikeModule(text: string): boolean {
  return /^[^\S\n]*(?:import|export)\b/m.test(text);
}
