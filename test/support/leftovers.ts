import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Project, repository } from './project.js';

/** The folders in which zdr may keep files while it runs. */
function folders(project: Project): string[] {
  return [project.temp, join(project.dir, 'node_modules/.cache/zdr'), join(repository, 'node_modules/.cache/zdr')];
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * All files that zdr keeps for a project while it runs, and those of others in the cache that the repository's projects
 * share; not what a run leaves for the next one.
 */
export function keptFiles(project: Project): string[] {
  return folders(project)
    .flatMap(files)
    .filter((file) => !/[\\/]zdr[\\/]kept-/.test(file));
}
