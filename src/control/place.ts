import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { foldersOf, hashOf, openFolder, openTemporary } from '../primary/folder.js';

/** Where a control socket is, or may be. */
export interface Place {
  readonly path: string;
  /** The private folder that it lies in; null for a named pipe of Windows. */
  readonly folder: string | null;
  readonly pid: number;
}

/** The system cuts off or refuses longer names of sockets: macOS at 104 bytes with the final zero, Linux at 108. */
const LONGEST = 103;

const NAME = 'control.sock';

/**
 * Where an instance listens for the commands of `project`. `run` is the private folder that it has there already, if
 * any. May make a folder, which is the caller's to remove.
 */
export function choosePlace(project: string, run: string | null): Place {
  const { pid } = process;
  if (process.platform === 'win32') return { path: `${pipePrefix(project)}${pid}`, folder: null, pid };
  const near = run ?? openFolder(project);
  const folder = fits(near) ? near : openTemporary(project, '/tmp');
  return { path: join(folder, NAME), folder, pid };
}

/** Where instances of `project` may listen. */
export function placesOf(project: string): readonly Place[] {
  if (process.platform === 'win32') return pipesOf(project);
  return foldersOf(project).map(({ path, pid }) => ({ path: join(path, NAME), folder: path, pid }));
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, NAME)) <= LONGEST;
}

const PIPES = '\\\\.\\pipe\\';

function pipePrefix(project: string): string {
  return `${PIPES}zdr-${hashOf(project)}-`;
}

function pipesOf(project: string): readonly Place[] {
  const prefix = pipePrefix(project).slice(PIPES.length);
  return readdirSync(PIPES).flatMap((name) =>
    name.startsWith(prefix)
      ? { path: `${PIPES}${name}`, folder: null, pid: Number(name.slice(prefix.length)) || 0 }
      : [],
  );
}
