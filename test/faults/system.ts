import { fileURLToPath } from 'node:url';
import { canLimit, freeDescriptors, limitDescriptors } from '../support/descriptors.js';
import { until } from '../support/deadline.js';
import type { Cell, Fault } from './cell.js';

const inside = ['--import', fileURLToPath(new URL('inside.js', import.meta.url))];
const withInside = (): { readonly nodeArgs: readonly string[] } => ({ nodeArgs: inside });

/** A disk that is full is full everywhere; one that is read-only, or a folder of somebody else, is not. */
const disks = [
  ['ENOSPC', (_cell: Cell) => '/'],
  ['EROFS', ({ project }: Cell) => project.path('node_modules')],
  ['EACCES', ({ project }: Cell) => project.path('node_modules')],
] as const;

const disk: readonly Fault[] = disks.map(([code, below]) => ({
  name: `${code} at the bundle`,
  options: withInside,
  async strike(cell) {
    cell.gates.put('disk', `${code} ${below(cell)}`);
    // A build that is over has written already: the next one meets it.
    await cell.save(3);
  },
  async after({ gates }) {
    await until('the write is refused', () => gates.read('disk.refused'));
    gates.put('disk', '');
  },
}));

const watches: Fault = {
  name: "inotify's limit",
  options: withInside,
  async strike({ project, gates }) {
    gates.put('watch', 'ENOSPC');
    await project.write('src/later/one.ts', "export const more = 'one';\n");
    await project.write('src/more.ts', "export { more } from './later/one.ts';\n");
  },
  async after({ project, gates, answers }) {
    await answers({ more: 'one' });
    await until('the watch is refused', () => gates.read('watch.refused'));
    await project.write('src/later/one.ts', "export const more = 'two';\n");
    await answers({ more: 'two' });
  },
};

const descriptors: Fault = {
  name: 'EMFILE in zdr',
  never: () => (canLimit ? null : 'prlimit is not here'),
  strike: async ({ run }) => limitDescriptors(run.pid, 3),
  async after({ run, zdr, save }) {
    const since = zdr!.now();
    await save(3);
    await zdr!.until('something is told', () => zdr!.now() > since);
    freeDescriptors(run.pid);
  },
};

const DAY = 86_400_000;

const clocks: readonly Fault[] = [DAY, -DAY].map((by) => ({
  name: `the clock is set a day ${by > 0 ? 'ahead' : 'back'}`,
  options: () => ({ nodeArgs: inside, args: inside }),
  strike: async ({ gates }) => gates.put('clock', String(by)),
}));

export const systemFaults: readonly Fault[] = [...disk, watches, descriptors, ...clocks];
