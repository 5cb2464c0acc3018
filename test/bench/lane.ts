import { isStale, type Save } from './measures/saves.js';
import type { Mark } from './probe.js';
import type { Kind, Lane } from './results.js';

/** The save whose time is in the middle: the picture shows no chosen one. */
export function laneOf(saves: readonly Save[]): Lane | null {
  const sorted = [...saves].sort((a, b) => (a.live ?? Infinity) - (b.live ?? Infinity));
  const save = sorted[sorted.length >> 1];
  if (save === undefined) return null;
  const dots = save.marks.map((mark) => ({
    at: mark.at - save.at,
    took: mark.endedAt - mark.at,
    kind: kindOf(mark, save),
  }));
  return { live: save.live, dots: dots.sort((a, b) => a.at - b.at) };
}

function kindOf(mark: Mark, { version, live, at }: Save): Kind {
  if (mark.version === null) return 'failed';
  if (mark.version === version) return 'new';
  return live !== null && isStale(mark, version, at + live) ? 'stale' : 'old';
}
