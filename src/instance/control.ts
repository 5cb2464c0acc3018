import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { choosePlace, type Place } from '../control/place.js';
import { type Controlled, ControlServer } from '../control/server.js';
import type { InstanceOptions } from '../options.js';
import { packageFolder } from '../package-folder.js';

/** How `zdr reload` and `zdr status` reach this instance. */
export interface Control {
  /** What a killed instance would leave behind. */
  readonly folders: readonly string[];
  listen(controlled: Omit<Controlled, 'hello'>): void;
  close(): void;
}

/** `folder` is the private folder of this run, for the project of the entry. */
export function openControl(options: InstanceOptions, folder: string): Control {
  const { cwd, root, entry, mode, readyUrl, workers } = options;
  const warn = (error: unknown): void =>
    options.onEvent({
      type: 'warning',
      message: `zdr reload and zdr status cannot reach this instance: ${(error as Error).message}`,
      hint: null,
      section: 'status',
    });
  // Asked for where it was started, too: in a workspace that is another project than the entry's.
  const projects = [...new Set([root, packageFolder(cwd) ?? cwd].map((path) => realpathSync(path)))];
  const places = projects.flatMap((project, at): Place[] => {
    try {
      return [choosePlace(project, at === 0 ? folder : null)];
    } catch (error) {
      warn(error);
      return [];
    }
  });
  let servers: readonly ControlServer[] = [];
  return {
    folders: places.flatMap((place) => place.folder ?? []),
    listen(controlled) {
      const id = randomUUID();
      const hello = () => ({ id, pid: process.pid, entry, mode, readyUrl, workers, projects });
      servers = places.map((place) => new ControlServer(place, { ...controlled, hello }, warn));
    },
    close() {
      for (const server of servers) server.close();
    },
  };
}
