import type { ZdrEvent } from '../events.js';
import type { Generation } from '../rollover/state.js';
import type { BuildStatus } from '../status.js';

/** What happened when, for a status: the state itself knows no times. */
export interface History {
  /** The generations after a step. */
  saw(generations: readonly Generation[]): void;
  /** A build ended: into this bundle, or (null) in errors. `ms`: what it took. `modules`: those that it built, of all. */
  built(file: string | null, ms: number, modules: BuildStatus['modules']): void;
  heard(event: ZdrEvent): void;
  /** How long a generation is in its state, in ms. */
  ageOf(generation: number): number;
  builds(): readonly BuildStatus[];
}

/** So many builds are remembered. */
const BUILDS = 10;

interface Took {
  readonly ms: number;
  readonly modules: BuildStatus['modules'];
}

interface Seen {
  readonly tag: Generation['tag'];
  readonly since: number;
  readonly build: Took | null;
  readonly causes: readonly string[];
}

export function openHistory(): History {
  let seen = new Map<number, Seen>();
  let last: Took | null = null;
  /** What each build took. Of those whose bundle is a generation, or is about to be. */
  const times = new Map<string, Took>();
  const builds: BuildStatus[] = [];
  const add = (build: Omit<BuildStatus, 'time'>): void => {
    builds.push({ time: new Date().toISOString(), ...build });
    if (builds.length > BUILDS) builds.shift();
  };
  return {
    saw(generations) {
      const now = performance.now();
      const before = seen;
      seen = new Map();
      for (const { id, tag, bundle, changes } of generations) {
        const old = before.get(id);
        const build = old?.build ?? times.get(bundle.file) ?? null;
        seen.set(id, old?.tag === tag ? old : { tag, since: now, build, causes: changes.paths });
      }
    },
    built(file, ms, modules) {
      last = { ms, modules };
      times.clear();
      if (file !== null) times.set(file, last);
    },
    heard(event) {
      switch (event.type) {
        case 'ready':
        case 'live': {
          const { generation, ms } = event;
          const { build = null, causes = [] } = seen.get(generation) ?? {};
          return add({ causes, generation, outcome: 'live', ...told(build), live: ms });
        }
        case 'unchanged':
          return add({
            causes: event.causes,
            generation: event.live,
            outcome: 'unchanged',
            ...told(last),
            live: null,
          });
        case 'build-failed':
          return add({ causes: [], generation: null, outcome: 'build-failed', ...told(last), live: null });
        case 'boot-failed':
          return add({ causes: [], generation: event.generation, outcome: 'boot-failed', ...told(null), live: null });
      }
    },
    ageOf(generation) {
      const since = seen.get(generation)?.since;
      return since === undefined ? 0 : performance.now() - since;
    },
    builds: () => [...builds],
  };
}

function told(took: Took | null): Pick<BuildStatus, 'build' | 'modules'> {
  return { build: took?.ms ?? null, modules: took?.modules ?? null };
}
