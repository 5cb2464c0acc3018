import { resolve } from 'node:path';

import type { Format } from './banner.js';
import type { Rebuilds, Result } from './esbuild.js';
import { formatOf, typeOf } from './format.js';
import type { Modules } from './modules.js';
import { isAwait } from './pieces/compile.js';

/** Builds an entry as a whole, in the format that it asks for. Where only its syntax tells, the first build shows it. */
export function wholeWith(
  rebuilds: Rebuilds,
  modules: Modules,
  cwd: string,
): () => Promise<{ readonly result: Result; readonly format: Format }> {
  /** What an entry turned out to be that neither its extension nor its package.json tells. */
  let guess: Format = 'esm';

  /** A second time where the first shows that modules have to tell of themselves, or in which syntax they can. */
  async function build(format: Format): Promise<Result> {
    const before = modules.shares();
    const result = await rebuilds.rebuild(format);
    if (!('metafile' in result)) return result;
    const learned = modules.learn(result.metafile.inputs);
    return modules.shares() && (learned || !before) ? rebuilds.rebuild(format) : result;
  }

  function syntaxOf(result: Result): Format | null {
    if (result.errors.some(isAwait)) return 'esm';
    if (!('metafile' in result)) return null;
    const entry = modules.entry();
    const input = Object.entries(result.metafile.inputs).find(([file]) => resolve(cwd, file) === entry)?.[1];
    return input?.format === 'esm' ? 'esm' : 'cjs';
  }

  return async () => {
    const entry = modules.entry();
    const rule = formatOf(entry, typeOf(entry));
    const format = rule === 'open' ? guess : rule;
    const result = await build(format);
    const syntax = rule === 'open' ? syntaxOf(result) : null;
    if (syntax === null || syntax === format) return { result, format };
    guess = syntax;
    return { result: await build(guess), format: guess };
  };
}
