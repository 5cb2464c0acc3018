import { statSync } from 'node:fs';
import type { Step, Timing } from '../events.js';
import type { ToPrimary } from '../protocol/messages.js';

/** Measures where the time from a save to live goes. All times are of the wall clock, so that processes can compare. */
export interface Timings {
  changed(paths: readonly string[]): void;
  built(): void;
  /** What was saved led to no new generation. */
  dropped(): void;
  /** The bundle goes to a worker. */
  sent(generation: number): void;
  /** How far its first worker has come. */
  clocked(generation: number, message: Clocked): void;
  /** All its workers listen. */
  ready(generation: number): void;
  /** Once for each generation that a save led to. */
  live(generation: number): Timing | undefined;
  /** Milliseconds from live to the end of its first answer; null for one that was not measured. */
  answered(generation: number, at: number): number | null;
}

type Clocked = Extract<ToPrimary, { tag: 'clocked' }>;

interface Save {
  readonly saved: number;
  readonly changed: number;
}

interface Boot extends Save {
  readonly built: number;
  readonly sent: number;
  clocked: Clocked | null;
  isReady: boolean;
  ready: number;
  live: number;
}

const STEPS: readonly Step[] = ['watch', 'build', 'send', 'evaluate', 'listen', 'handover'];

/** Of a wall clock, with fractions. */
const now = (): number => performance.timeOrigin + performance.now();

export function openTimings(): Timings {
  let save: Save | null = null;
  let built = 0;
  const boots = new Map<number, Boot>();
  return {
    changed(paths) {
      const changed = now();
      // What was built of it was no news.
      if (save !== null && built > save.changed) save = null;
      save ??= { saved: Math.min(savedAt(paths[0]) ?? changed, changed), changed };
    },
    built: () => void (built = now()),
    dropped: () => void (save = null),
    sent(generation) {
      if (save === null || boots.has(generation)) return;
      const at = now();
      boots.set(generation, { ...save, built, sent: at, clocked: null, isReady: false, ready: at, live: at });
      save = null;
    },
    clocked(generation, message) {
      const boot = boots.get(generation);
      if (boot !== undefined && !boot.isReady) boot.clocked = message;
    },
    ready(generation) {
      const boot = boots.get(generation);
      if (boot !== undefined) Object.assign(boot, { ready: now(), isReady: true });
    },
    live(generation) {
      const boot = boots.get(generation);
      for (const older of boots.keys()) if (older < generation) boots.delete(older);
      if (boot === undefined) return undefined;
      boot.live = now();
      const { saved, changed, sent, clocked, ready, live } = boot;
      // An app that listens and goes on evaluating is ready before it has been evaluated.
      const began = Math.min(Math.max(clocked?.began ?? sent, sent), ready);
      const ended = Math.min(clocked?.ended ?? ready, ready);
      const marks = [saved, changed, boot.built, began, ended, ready, live];
      const steps = STEPS.map((step, i) => {
        const [start, end] = [marks[i] ?? 0, marks[i + 1] ?? 0];
        measure(`zdr #${generation} ${step}`, start, end);
        return [step, Math.round((end - start) * 10) / 10] as const;
      });
      return { ...(Object.fromEntries(steps) as Record<Step, number>), slowest: clocked?.slowest ?? [] };
    },
    answered(generation, at) {
      const boot = boots.get(generation);
      return boot === undefined ? null : Math.max(0, at - boot.live);
    },
  };
}

/** From when the change was noticed to live. */
export function totalOf(timing: Timing): number {
  return STEPS.reduce((sum, step) => (step === 'watch' ? sum : sum + timing[step]), 0);
}

/** For a profiler that looks at the primary. */
function measure(name: string, start: number, end: number): void {
  const { timeOrigin } = performance;
  performance.measure(name, { start: Math.max(0, start - timeOrigin), end: Math.max(0, end - timeOrigin) });
  performance.clearMeasures(name);
}

/** A rename keeps the time of the last write, but not that of the last change. */
function savedAt(path: string | undefined): number | undefined {
  return path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.ctimeMs;
}
