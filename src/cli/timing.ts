import type { Step, Timing } from '../events.js';
import { formatDuration } from './durations.js';
import type { Look } from './look.js';
import { shownPath } from './paths.js';

const steps: readonly Step[] = ['watch', 'build', 'send', 'evaluate', 'listen', 'handover'];

/** The app's own evaluation is what is worth looking at when it takes more than this, in ms, and most of the time. */
const long = 50;

/** Where the time went, in one line; and the modules that took longest, when it is the app that takes long. */
export function timingLines(timing: Timing, total: number, { cwd, glyphs, paint }: Look): readonly string[] {
  const parts = steps.map((step) => `${step} ${formatDuration(timing[step])}`);
  const lines = [paint.dim(`  ${parts.join(` ${glyphs.dot} `)}`)];
  if (timing.evaluate < long || timing.evaluate < total / 2) return lines;
  const modules = timing.slowest.map(([file, ms]) => `${shownPath(file, cwd)} ${formatDuration(ms)}`);
  const named = modules.length === 0 ? '' : `; slowest: ${modules.join(', ')}`;
  return [...lines, paint.dim(`  the app itself takes ${formatDuration(timing.evaluate)} to evaluate${named}`)];
}
