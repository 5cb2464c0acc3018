import { cp, mkdir, mkdtemp, open, readFile, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Manner, save } from './saves.js';

/** The repository. The compiled tests lie in `.test/support`. */
export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A fresh copy of a fixture, inside the repository so that its packages resolve. */
export interface Project {
  readonly dir: string;
  /** Stands in for the system's temporary folder, so that what stays behind is seen. */
  readonly temp: string;
  path(file: string): string;
  read(file: string): Promise<string>;
  /** Writes `content`, with the folders on the way. */
  write(file: string, content: string, manner?: Manner): Promise<void>;
  edit(file: string, change: (content: string) => string, manner?: Manner): Promise<void>;
  /** Puts `version` in the place of the number in src/version.ts. */
  version(version: number, manner?: Manner, file?: string): Promise<void>;
  remove(file: string): Promise<void>;
  link(file: string, target: string): Promise<void>;
  close(): Promise<void>;
}

interface ProjectOptions {
  readonly ownModules?: boolean;
  /** The folder of the repository in whose `.tmp` it lies, so that the packages of that one resolve. */
  readonly beside?: string;
}

export async function openProject(fixture: string, options: ProjectOptions = {}): Promise<Project> {
  const parent = join(repository, options.beside ?? '.', '.tmp');
  await mkdir(parent, { recursive: true });
  const place = await mkdtemp(join(parent, `${basename(fixture)}-`));
  const dir = join(place, 'app');
  const temp = join(place, 'temp');
  await cp(join(repository, 'fixtures', fixture), dir, { recursive: true });
  await mkdir(temp);
  if (options.ownModules) await mkdir(join(dir, 'node_modules'));

  const path = (file: string): string => join(dir, file);
  const read = (file: string): Promise<string> => readFile(path(file), 'utf8');
  const write: Project['write'] = async (file, content, manner = 'in place') => {
    await mkdir(dirname(path(file)), { recursive: true });
    await save(path(file), content, manner);
  };
  const edit: Project['edit'] = async (file, change, manner) => write(file, change(await read(file)), manner);
  return {
    dir,
    temp,
    path,
    read,
    write,
    edit,
    version: (version, manner, file = 'src/version.ts') =>
      edit(file, (content) => content.replace(/\d+/, String(version)), manner),
    remove: (file) => rm(path(file), { recursive: true }),
    link: async (file, target) => {
      await mkdir(dirname(path(file)), { recursive: true });
      await symlink(target, path(file));
    },
    close: () => rm(place, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Writes a package into the project's own node_modules. */
export async function addPackage(project: Project, name: string, source: string): Promise<void> {
  const folder = `node_modules/${name}`;
  await project.write(
    `${folder}/package.json`,
    JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' }),
  );
  await project.write(`${folder}/index.js`, source);
}

/** Writes a file's own content over it, at no time another one. */
export async function touch(project: Project, file: string): Promise<void> {
  const content = await readFile(project.path(file));
  const handle = await open(project.path(file), 'r+');
  await handle.write(content);
  await handle.close();
}
