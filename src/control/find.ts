import { lstatSync, realpathSync } from 'node:fs';
import { isPrivate, removeFolder } from '../primary/folder.js';
import { isRunning } from '../primary/running.js';
import { ask } from './ask.js';
import { placesOf, type Place } from './place.js';
import type { Hello } from './protocol.js';

/** The instances of a project. */
export interface Found {
  readonly instances: readonly Instance[];
  /** Somebody else's, or one that others could have made: nothing is asked of these. Pids. */
  readonly untrusted: readonly number[];
  /** They run, and do not answer. Pids. */
  readonly silent: readonly number[];
}

/** A running zdr. */
export interface Instance extends Hello {
  /** Its control socket. */
  readonly path: string;
}

/** How long an instance may take to say who it is, in ms. */
const HELLO = 2_000;

/** Looks for the instances that run for `project`, a folder. What a dead one left behind is removed. */
export async function findInstances(project: string): Promise<Found> {
  const real = realpathSync(project);
  // One that belongs to several projects can be found by several sockets.
  const instances = new Map<string, Instance>();
  const untrusted: number[] = [];
  const silent: number[] = [];
  await Promise.all(
    placesOf(real).map(async (place) => {
      switch (stateOf(place)) {
        case 'foreign':
          return void untrusted.push(place.pid);
        case 'stale':
          return;
        case 'good': {
          const hello = await greet(place.path);
          if (hello === null) return void silent.push(place.pid);
          // Several projects can share one node_modules.
          if (hello.projects.includes(real)) instances.set(hello.id, { ...hello, path: place.path });
        }
      }
    }),
  );
  const byAge = (one: Instance, other: Instance): number => one.pid - other.pid;
  return { instances: [...instances.values()].toSorted(byAge), untrusted, silent };
}

async function greet(path: string): Promise<Hello | null> {
  try {
    for await (const reply of ask(path, { ask: 'hello' }, AbortSignal.timeout(HELLO))) {
      if (reply.tag === 'hello') return reply.hello;
    }
  } catch {
    // Nobody listens there any more, or nobody answers.
  }
  return null;
}

function stateOf({ path, folder, pid }: Place): 'good' | 'foreign' | 'stale' {
  if (folder === null) return 'good';
  const socket = lstatSync(path, { throwIfNoEntry: false });
  const alive = isRunning(pid);
  if (!isPrivate(folder)) return alive && socket !== undefined ? 'foreign' : 'stale';
  if (!alive) removeFolder(folder);
  if (!alive || socket === undefined) return 'stale';
  return socket.isSocket() && socket.uid === process.getuid?.() ? 'good' : 'foreign';
}
