import type { Builder } from '../build/builder.js';
import type { Bundles } from '../build/bundles.js';
import type { BuildOutcome } from '../build/outcome.js';
import type { BuilderOptions } from '../build/settings.js';
import type { ZdrEvent } from '../events.js';
import type { Inputs } from '../watch/inputs.js';
import { openKept } from './kept.js';

/** The start with what the last run has left, and what this one leaves. */
export interface Recall {
  /** A build begins. Gives what it would come to, where the first one need not be made; then `confirm` makes it. */
  begin(): Promise<Built | null>;
  /** It has come to this. */
  ended(outcome: Built, inputs: Inputs): void;
  heard(event: ZdrEvent): void;
  close(): void;
}

export type Built = Extract<BuildOutcome, { tag: 'built' }>;

/** What a good build leaves is kept when it has stood for so long, in ms. */
const KEEP = 1_000;

/** The app answers first: a build that was not waited for begins so long after it serves, in ms. */
const SOON = 150;

/** And so long after it was left out at the latest, in ms. */
const LATEST = 5_000;

/** `first`: nothing was built in this run before. `confirm`: the first build was left out, and there is time for it. */
export function openRecall(
  builder: Builder,
  bundles: Bundles,
  options: BuilderOptions,
  first: boolean,
  confirm: (recalled: Built) => void,
): Recall {
  const kept = openKept(options, bundles);
  let isFirst = first;
  let timer: NodeJS.Timeout | null = null;
  /** What was given instead of a build, until that begins. */
  let recalled: Built | null = null;
  const after = (ms: number, work: () => void): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(work, ms).unref();
  };
  const confirmAfter = (ms: number): void => {
    const outcome = recalled;
    if (outcome === null) return;
    after(ms, () => {
      recalled = null;
      confirm(outcome);
    });
  };
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
  };

  return {
    async begin() {
      stop();
      recalled = null;
      const found = isFirst ? await kept?.find() : null;
      isFirst = false;
      if (!found) return null;
      const { bundle, inputs, legacy } = found;
      try {
        builder.begin(bundle, legacy);
      } catch {
        // A record that somebody else has written.
        return null;
      }
      const modules = [0, legacy.modules] as const;
      recalled = { tag: 'built', bundle, warnings: [], inputs: Promise.resolve(inputs), modules };
      return recalled;
    },
    ended(outcome, inputs) {
      if (kept === null) return;
      if (outcome === recalled) return confirmAfter(LATEST);
      after(KEEP, () => {
        const legacy = builder.legacyOf(outcome.bundle);
        if (legacy !== null) void kept.keep({ bundle: outcome.bundle, inputs, legacy });
      });
    },
    heard({ type }) {
      if (type === 'ready' || type === 'boot-failed' || type === 'done') confirmAfter(SOON);
    },
    close: stop,
  };
}
