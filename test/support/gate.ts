import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { until } from './deadline.js';
import type { Project } from './project.js';

/** A request that ends when the test says so, however long that takes: not when a time is over. */
export interface Gate {
  /** What to ask for. The fixture holds its answer until the gate is open. */
  readonly path: string;
  /** Waits until the app has the request. */
  begun(): Promise<void>;
  open(): Promise<void>;
}

let count = 0;

/** A gate for one request at `route`, or for several that are to end together. */
export function gateOf(project: Project, route = '/slow'): Gate {
  // Beside the project and its temporary folder: nobody watches it, and it goes with them.
  const file = join(dirname(project.temp), `gate-${(count += 1)}`);
  return {
    path: `${route}?until=${file}`,
    begun: async () => void (await until('the request is under way', () => existsSync(`${file}.begun`))),
    open: () => writeFile(file, ''),
  };
}
