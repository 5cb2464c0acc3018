import { basename } from 'node:path';
import { openBuilder, type BuilderOptions } from '../build/esbuild.js';
import type { InstanceOptions } from '../options.js';
import { openWatch } from '../watch/chokidar.js';
import type { Inputs } from '../watch/inputs.js';
import { openLate } from './late.js';
import type { Parts } from './parts.js';

/** The app's sources: what they change, and what they build to. */
export interface Source {
  /** Builds once; the outcome is dispatched. */
  build(): Promise<void>;
  /** {@link Builder.keepStatic} */
  keepStatic(path: string): boolean;
  close(): Promise<void>;
}

export function openSource(
  options: InstanceOptions,
  folder: string,
  parts: () => Pick<Parts, 'rollover' | 'ahead'>,
): Source {
  let inputs: Inputs | null = null;
  const builderOptions: BuilderOptions = {
    entry: options.entry,
    root: options.root,
    cwd: options.cwd,
    outdir: folder,
    conditions: [...options.conditions],
    ...(options.tsconfig === null ? {} : { tsconfig: options.tsconfig }),
    envFiles: options.envFiles.map(({ path }) => path),
    ...(options.width > 0 ? { terminalWidth: options.width } : {}),
  };
  const builder = openBuilder(builderOptions);
  const late = openLate(builder, builderOptions, () => {
    if (inputs !== null) watch?.follow(late.with(inputs));
  });
  const watch =
    options.watching === null
      ? null
      : openWatch({
          poll: options.watching.poll,
          include: [...options.watching.include],
          ignore: [...options.watching.ignore],
          cwd: options.cwd,
          onChange: changed,
          onWarning: (message, hint) => options.onEvent({ type: 'warning', message, hint: hint ?? null }),
        });

  /** What a worker booted before such a file changed is, a start would no longer be. */
  const isSurroundings = (path: string): boolean =>
    inputs?.aside.has(path) === true || basename(path) === 'package.json';

  function changed(paths: readonly string[]): void {
    const { rollover, ahead } = parts();
    builder.invalidate(paths);
    late.invalidate(paths);
    ahead?.saved();
    if (paths.some(isSurroundings)) {
      ahead?.forget();
      rollover.dispatch({ type: 'standby-stale' });
    }
    const always = paths.some((path) => inputs?.aside.has(path) === true || inputs?.files.has(path) !== true);
    rollover.dispatch({ type: 'changed', paths, always });
  }

  return {
    async build() {
      // Nobody says what has changed, so everything may have.
      if (watch === null && inputs !== null) {
        const all = [...late.with(inputs).files.keys()];
        builder.invalidate(all);
        late.invalidate(all);
      }
      const outcome = await builder.build();
      inputs = outcome.inputs;
      watch?.follow(late.with(outcome.inputs));
      const { dispatch } = parts().rollover;
      switch (outcome.tag) {
        case 'built':
          if (outcome.warnings.length > 0) options.onEvent({ type: 'build-warning', warnings: outcome.warnings });
          return dispatch({ type: 'built', bundle: outcome.bundle });
        case 'failed':
          return dispatch({ type: 'build-failed', errors: outcome.errors });
      }
    },
    keepStatic: (path) => builder.keepStatic(path),
    async close() {
      await Promise.allSettled([watch?.close(), late.close().then(() => builder.close())]);
    },
  };
}
