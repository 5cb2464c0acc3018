import type { BuildMessage } from '../events.js';
import type { Stamp } from '../watch/inputs.js';
import { removeBundle } from './bundles.js';
import type { build, Plugin } from './esbuild.js';
import { nameExternals } from './externals.js';
import { formatOf, typeOf } from './format.js';
import { fixHelpers } from './interop.js';
import type { Kinds } from './kinds.js';
import type { LateOutcome, Parts } from './late.js';
import { type BuilderOptions, settingsFor } from './settings.js';
import type { Source } from './sources.js';

interface Ways {
  readonly build: typeof build;
  readonly options: BuilderOptions;
  readonly sourceOf: (path: string) => Promise<Source | null>;
  readonly stampOf: (path: string) => Stamp;
  /** `takes` and `saw` are told what the part takes from the realm, and what it brings. */
  readonly pluginsFor: (known: ReadonlySet<string>, takes: Set<string>, saw: (path: string) => void) => Plugin[];
  readonly kinds: Kinds;
  readonly parts: Parts;
  readonly failed: (error: unknown) => Promise<BuildMessage[]>;
}

/** Builds source files that the app asks for at run time, each without what the realm that asks has evaluated. */
export function lateWith({ build: run, options, sourceOf, stampOf, pluginsFor, kinds, parts, failed }: Ways) {
  return async (file: string, known: ReadonlySet<string>): Promise<LateOutcome> => {
    const kept = parts.find(file, known);
    if (kept !== null) return kept;
    const holds = new Set<string>();
    const takes = new Set<string>();
    const inputs = async () => ({
      files: new Map([...holds].map((path) => [path, stampOf(path)])),
      folders: new Set<string>(),
      aside: new Set<string>(),
    });
    try {
      const rule = formatOf(file, typeOf(file));
      const looks = (await sourceOf(file))?.looksLikeModule === true ? 'esm' : 'cjs';
      const format = rule === 'open' ? looks : rule;
      const plugins = pluginsFor(known, takes, (path) => void holds.add(path));
      const once = () => run({ ...settingsFor(format, options), entryPoints: { late: file }, plugins });
      let result = await once();
      if (kinds.learn(result.metafile.inputs, options.cwd)) result = await once();
      const [map, code] = result.outputFiles;
      if (map === undefined || code === undefined) throw new Error('esbuild gave no output');
      const made = { text: fixHelpers(code.text), map: nameExternals(map.text), format };
      const bundle = await options.bundles.put(made);
      const names = format === 'esm' ? Object.values(result.metafile.outputs).flatMap(({ exports }) => exports) : null;
      const outcome = { tag: 'built', bundle, warnings: [], inputs: inputs(), names, modules: null } as const;
      for (const old of parts.keep(file, { outcome, holds, takes })) await removeBundle(old.bundle);
      return outcome;
    } catch (error) {
      return { tag: 'failed', errors: await failed(error), inputs: inputs() };
    }
  };
}
