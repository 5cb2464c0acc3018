import { basename } from 'node:path';
import { inspect } from 'node:util';
import { type Bundles, isThere } from '../build/bundles.js';
import { openBuilder } from '../build/builder.js';
import type { BuilderOptions } from '../build/settings.js';
import { failureMessage } from '../build/messages.js';
import type { BuildMessage, ZdrEvent } from '../events.js';
import type { BuildOutcome } from '../build/outcome.js';
import type { InstanceOptions } from '../options.js';
import { openWatch } from '../watch/chokidar.js';
import type { Inputs } from '../watch/inputs.js';
import { stampOf } from '../watch/stamp.js';
import { openLate } from './late.js';
import type { Parts } from './parts.js';
import { openPatience } from './patience.js';
import { type Built, openRecall } from './recall.js';

/** The app's sources: what they change, and what they build to. */
export interface Source {
  /** Builds once; the outcome is dispatched. */
  build(): Promise<void>;
  /** A file that standbys compile ahead; null: there is none. */
  base(): string | null;
  /** {@link Builder.whyWhole} */
  whyWhole(): string | null;
  /** {@link Builder.keepStatic} */
  keepStatic(path: string): boolean;
  heard(event: ZdrEvent): void;
  /** Ends at once, whatever still runs. */
  close(): Promise<void>;
}

/** Of the frames where nobody knows the terminal, in columns. */
const WIDTH = 100;

/** `first`: there was none before in this run. */
export function openSource(
  options: InstanceOptions,
  bundles: Bundles,
  parts: () => Pick<Parts, 'rollover' | 'workers' | 'ahead' | 'history' | 'timings' | 'transit' | 'sockets'>,
  first: boolean,
): Source {
  let inputs: Inputs | null = null;
  let base: string | null = null;
  let closed = false;
  const patience = openPatience(() => void tellLate());
  const builderOptions: BuilderOptions = {
    entry: options.entry,
    root: options.root,
    cwd: options.cwd,
    bundles,
    conditions: [...options.conditions],
    ...(options.tsconfig === null ? {} : { tsconfig: options.tsconfig }),
    envFiles: options.envFiles.map(({ path }) => path),
    get terminalWidth() {
      return options.width() || WIDTH;
    },
    extra: options.extra,
    timing: options.timing,
    // A debugger finds its way in whole bundles; where nobody edits it is not worth the work.
    inPieces: options.inspect === null && options.watching !== null,
    onBase,
  };
  const builder = openBuilder(builderOptions);
  /** Where nobody edits, a start is rare, and builds what it serves. */
  const recall =
    options.mode === 'dev' && options.watching !== null
      ? openRecall(builder, bundles, builderOptions, first, (recalled) => void confirm(recalled))
      : null;
  let builds = 0;
  /** A build that was made and not taken yet. */
  let confirmed: BuildOutcome | null = null;
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
          onWarning: (message, hint) => options.onEvent({ type: 'warning', message, hint, section: 'docker-and-wsl' }),
        });

  /** What a worker booted before such a file changed is, a start would no longer be. */
  const isSurroundings = (path: string): boolean =>
    inputs?.aside.has(path) === true || basename(path) === 'package.json';

  function changed(paths: readonly string[]): void {
    const { rollover, ahead, timings } = parts();
    timings?.changed(paths);
    confirmed = null;
    builder.invalidate(paths);
    late.invalidate(paths);
    ahead?.saved();
    if (paths.some(isSurroundings)) {
      ahead?.forget();
      rollover.dispatch({ type: 'standby-stale' });
    }
    const always = paths.some((path) => inputs?.aside.has(path) === true || inputs?.files.has(path) !== true);
    rollover.dispatch({ type: 'changed', paths, always });
    if (patience.isOver()) giveUp();
  }

  function onBase(file: string, large: boolean): void {
    const { rollover, workers } = parts();
    const first = base === null;
    base = file;
    // Those that have compiled another one would need twice the memory.
    if (!first && large) return rollover.dispatch({ type: 'standby-stale' });
    for (const { id, tag } of rollover.state().workers)
      if (tag === 'standby') workers.send(id, { tag: 'compile', file });
  }

  async function tellLate(): Promise<void> {
    const { plugins } = options.extra;
    const names = plugins.length === 0 ? '' : `; plugins: ${plugins.map(({ name }) => name).join(', ')}`;
    options.onEvent({
      type: 'warning',
      message: 'the build has not ended within 10 s',
      hint: `a save starts it anew${names}`,
      section: 'config',
    });
    if (inputs !== null) return;
    // Nothing was read to the end yet, so this is the one file that is known.
    const files = new Map([[options.entry, await stampOf(options.entry)]]);
    if (inputs === null) watch?.follow({ files, folders: new Set(), aside: new Set() });
  }

  function giveUp(): void {
    builder.giveUp();
    patience.giveUp();
  }

  async function buildNow(): Promise<BuildOutcome> {
    const outcome = confirmed ?? (await builder.build());
    confirmed = null;
    parts().timings?.built();
    if (outcome.tag === 'failed') return outcome;
    // With saves faster than connections can move, some would never stay long enough to be answered.
    await parts().transit.settled();
    const { build, generations, lastGeneration } = parts().rollover.state();
    const { paths, always } = 'changes' in build ? build.changes : { paths: [], always: false };
    const same = generations.at(-1)?.bundle.hash === outcome.bundle.hash;
    if (options.beforeReload !== null && lastGeneration > 0 && (!same || always))
      try {
        await options.beforeReload({ causes: paths });
      } catch (error) {
        return { tag: 'failed', errors: [hookMessage(error)], inputs: outcome.inputs };
      }
    // What takes over asks for addresses that nobody else holds on to by then.
    await parts().sockets.settled();
    // An older generation of the same code may have ended meanwhile, and its bundle with it.
    return closed || isThere(outcome.bundle) ? outcome : builder.build();
  }

  /** Makes the build that a start has left out. It comes to the same, or something has changed that no stamp shows. */
  async function confirm(recalled: Built): Promise<void> {
    const mine = builds;
    const outcome = await builder.build();
    const found = await outcome.inputs;
    // A save has had a build of its own meanwhile.
    if (closed || mine !== builds) return;
    if (outcome.tag === 'failed' || outcome.bundle.hash !== recalled.bundle.hash) {
      const message = 'the app was started with the bundle of the last run, and a build comes to another one';
      if (outcome.tag === 'built')
        options.onEvent({ type: 'warning', message, hint: 'that one goes live now', section: null });
      confirmed = outcome;
      return parts().rollover.dispatch({ type: 'changed', paths: [], always: false });
    }
    if (outcome.warnings.length > 0) options.onEvent({ type: 'build-warning', warnings: outcome.warnings });
    inputs = found;
    watch?.follow(late.with(inputs));
    recall?.ended(outcome, inputs);
  }

  return {
    async build() {
      // Nobody says what has changed, so everything may have.
      if (watch === null && inputs !== null) {
        const all = [...late.with(inputs).files.keys()];
        builder.invalidate(all);
        late.invalidate(all);
      }
      const begun = performance.now();
      const mine = (builds += 1);
      const outcome = (await recall?.begin()) ?? (await patience.with(buildNow()));
      const { dispatch } = parts().rollover;
      const file = outcome?.tag === 'built' ? outcome.bundle.file : null;
      parts().history.built(file, performance.now() - begun, outcome?.tag === 'built' ? outcome.modules : null);
      if (outcome === null) return dispatch({ type: 'build-failed', errors: [] });
      // What was built goes on its way first. What changes meanwhile is found by the comparison in `follow`.
      switch (outcome.tag) {
        case 'built':
          if (outcome.warnings.length > 0) options.onEvent({ type: 'build-warning', warnings: outcome.warnings });
          dispatch({ type: 'built', bundle: outcome.bundle });
          break;
        case 'failed':
          dispatch({ type: 'build-failed', errors: outcome.errors });
      }
      inputs = await outcome.inputs;
      watch?.follow(late.with(inputs));
      if (outcome.tag === 'built' && mine === builds && !closed) recall?.ended(outcome, inputs);
    },
    base: () => base,
    whyWhole: () => builder.whyWhole(),
    keepStatic: (path) => builder.keepStatic(path),
    heard: (event) => recall?.heard(event),
    async close() {
      closed = true;
      recall?.close();
      giveUp();
      await Promise.allSettled([watch?.close(), late.close(), builder.close()]);
    },
  };
}

function hookMessage(error: unknown): BuildMessage {
  return failureMessage(`beforeReload failed\n\n${inspect(error).replaceAll(/^/gm, '    ')}`);
}
