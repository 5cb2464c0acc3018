import type { Work } from '../options.js';
import type { State } from '../rollover/state.js';

/** Tells what zdr does now, whenever that is something else. Gets each new state. */
export function openWork(tell: (work: Work | null) => void): (state: State) => void {
  let told: Work | null = null;
  return (state) => {
    const work = workOf(state);
    if (work?.tag === told?.tag && work?.generation === told?.generation) return;
    told = work;
    tell(work);
  };
}

function workOf({ phase, build, generations }: State): Work | null {
  if (phase.tag === 'stopping') return { tag: 'stop', generation: null };
  if (phase.tag === 'stopped') return null;
  // Of the build for a save that came meanwhile nobody needs to know.
  const newest = generations.findLast(({ tag }) => tag === 'booting' || tag === 'rolling');
  if (newest !== undefined) return { tag: newest.tag === 'rolling' ? 'roll' : 'boot', generation: newest.id };
  return build.tag === 'building' || build.tag === 'outdated' ? { tag: 'build', generation: null } : null;
}
