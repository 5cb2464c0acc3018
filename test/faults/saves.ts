import { once } from 'node:events';
import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { freePort } from '../support/ports.js';
import { addPackage, type Project } from '../support/project.js';
import { get } from '../support/get.js';
import { Zdr } from '../support/zdr.js';
import { until } from '../support/deadline.js';
import type { Fault } from './cell.js';

const listen = (host: string, port: number): string => `export const host = '${host}';\nexport const port = ${port};\n`;

const save: Fault = { name: 'a save', strike: ({ save }) => save(3) };

const undone: Fault = {
  name: 'a save and its undoing',
  async strike({ save, phase }) {
    await save(3);
    await save(phase === 'idle' ? 1 : 2);
  },
};

const broken: Fault = {
  name: 'a broken save',
  strike: ({ project }) => project.write('src/more.ts', 'export const more = ;\n'),
  async after({ project, zdr }) {
    await zdr!.event('build-failed');
    await project.write('src/more.ts', "export const more = '';\n");
  },
};

const taken: Fault = {
  name: 'a save for a port that is taken',
  async strike({ project, zdr, phase }) {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    await project.write('src/listen.ts', listen('127.0.0.1', (other.address() as AddressInfo).port));
    zdr!.exit.finally(() => other.close());
    void phase;
  },
  async after({ project, zdr }) {
    await zdr!.event('boot-failed');
    await project.write('src/listen.ts', listen('127.0.0.1', 0));
  },
};

const port: Fault = {
  name: 'a save for another port',
  alone: true,
  strike: async ({ project }) => project.write('src/listen.ts', listen('127.0.0.1', await freePort())),
};

const host: Fault = {
  name: 'a save for another host',
  alone: true,
  strike: ({ project }) => project.write('src/listen.ts', listen('127.0.0.2', 0)),
};

const MANY = 5_000;

async function checkOut(project: Project, version: number): Promise<void> {
  const folder = project.path('src/many');
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: MANY }, (_, n) => n);
  for (let n = 0; n < MANY; n += 50) {
    await Promise.all(
      names.slice(n, n + 50).map((name) => writeFile(`${folder}/${name}.ts`, `export const n = ${version};\n`)),
    );
  }
  await project.write('src/more.ts', "import { n } from './many/4999.ts';\nexport const more = `many ${n}`;\n");
  await project.version(version);
}

const checkout: Fault = {
  name: 'a checkout of 5,000 files',
  // A slow disk takes longer for them than requests have by the others.
  options: () => ({ args: ['--drain', '60s'] }),
  strike: ({ project }) => checkOut(project, 3),
  after: async ({ answers }) => void (await answers({ version: 3, more: 'many 3' })),
};

const install: Fault = {
  name: 'npm install',
  async before(project) {
    await addPackage(project, 'dep', "export const value = 'one';\n");
    await project.write('src/more.ts', "export { value as more } from 'dep';\n");
  },
  // As npm does it: the lockfile, the folder gone and there again, its own note at last.
  async strike({ project }) {
    await project.write('package-lock.json', '{ "lockfileVersion": 3 }\n');
    await rm(project.path('node_modules/dep'), { recursive: true });
    await addPackage(project, 'other', 'export const nothing = 0;\n');
    await addPackage(project, 'dep', "export const value = 'two';\n");
    await project.edit('package.json', (text) => text.replace('"private"', '"version": "2.0.0",\n  "private"'));
    await project.write('node_modules/.package-lock.json', '{ "lockfileVersion": 3 }\n');
  },
  after: async ({ answers }) => void (await answers({ more: 'two' })),
};

const removed: Fault = {
  name: 'the source folder is removed and made again',
  async strike({ project }) {
    await cp(project.path('src'), project.path('kept'), { recursive: true });
    await rm(project.path('src'), { recursive: true });
    await cp(project.path('kept'), project.path('src'), { recursive: true });
    await project.write('src/more.ts', "export const more = 'again';\n");
  },
  after: async ({ answers }) => void (await answers({ more: 'again' })),
};

const swapped: Fault = {
  name: 'a symbolic link is swapped',
  async before(project) {
    for (const name of ['one', 'two'])
      await project.write(`releases/${name}/more.ts`, `export const more = '${name}';\n`);
    await project.link('current', 'releases/one');
    await project.write('src/more.ts', "export { more } from '../current/more.ts';\n");
  },
  async strike({ project }) {
    await symlink('releases/two', project.path('next'));
    await rename(project.path('next'), project.path('current'));
  },
  after: async ({ answers }) => void (await answers({ more: 'two' })),
};

const second: Fault = {
  name: 'a second zdr in the project',
  async strike({ project }) {
    const zdr = new Zdr(project);
    try {
      await zdr.event('ready');
      await get(zdr.where);
      await zdr.stop();
      await until('the second one is gone', () => zdr.processes().length === 0, 3_000);
    } catch (error) {
      throw new Error(`the second zdr: ${String(error)}\n${zdr.story()}`, { cause: error });
    } finally {
      zdr.kill();
    }
  },
};

export const saveFaults: readonly Fault[] = [
  save,
  undone,
  broken,
  taken,
  port,
  host,
  checkout,
  install,
  removed,
  swapped,
  second,
];
