import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Inputs, Stamp } from '../watch/inputs.js';
import { hashOf, sameStat, stampOf } from '../watch/stamp.js';

/** All that a build depends on as the next run can look at it. JSON. */
export interface KeptInputs {
  readonly files: readonly (readonly [string, Stamp])[];
  readonly aside: readonly string[];
  readonly folders: readonly Folder[];
  /** Files of packages that are asked for, and what says that it is these. */
  readonly packages: readonly string[];
  readonly manifests: readonly (readonly [string, Stamp])[];
}

interface Folder {
  readonly path: string;
  readonly mtimeMs: number;
  /** Hash of the names in it. */
  readonly names: string;
}

/** What has changed so short a time ago may change again and look the same, in ms. */
const FRESH = 5_000;

/** A folder, or what esbuild tries as an extension of an import. */
const MODULE = /^[^.]+$|\.(?:[cm]?[jt]sx?|json|css)$/;

/** `packages`: files of packages. Rejects where one of the folders is gone. */
export async function keptOf(inputs: Inputs, packages: readonly string[]): Promise<KeptInputs> {
  return {
    files: [...inputs.files].map(([path, stamp]) => [path, settled(stamp)]),
    aside: [...inputs.aside],
    folders: foldersOf(inputs),
    packages,
    manifests: await manifestsOf(packages),
  };
}

/** The inputs of a build now, if it is one of the same; else null. Rejects where one of the folders is gone. */
export async function sameInputs(kept: KeptInputs): Promise<Inputs | null> {
  if (!kept.folders.every(isAsItWas) || !kept.packages.every((file) => existsSync(file))) return null;
  if ((await unchanged(kept.manifests)) === null) return null;
  const files = await unchanged(kept.files);
  return files === null ? null : { files, folders: new Set(), aside: new Set(kept.aside) };
}

/** The files as they are now; null: one has another content. */
async function unchanged(files: KeptInputs['files']): Promise<Map<string, Stamp> | null> {
  const found = new Map<string, Stamp>();
  for (const [path, stamp] of files) {
    const same = sameStat(stamp, statSync(path, { throwIfNoEntry: false }));
    const now = same ? stamp : await stampOf(path);
    if (now?.hash !== stamp?.hash) return null;
    found.set(path, now);
  }
  return found;
}

/** A stamp that is to be trusted in the next run. */
function settled(stamp: Stamp): Stamp {
  return stamp !== null && stamp.mtimeMs > Date.now() - FRESH ? { ...stamp, mtimeMs: 0 } : stamp;
}

/** Folders in which another file may be what an import means: those of modules, and those above (`./it` for `it/index`). */
function foldersOf({ files, aside }: Inputs): Folder[] {
  const modules = [...files].flatMap(([path, stamp]) => {
    const is = stamp !== null && !aside.has(path) && !path.includes(`${sep}node_modules${sep}`);
    if (!is) return [];
    return path.endsWith('.json') ? [dirname(path)] : [dirname(path), dirname(dirname(path))];
  });
  return [...new Set(modules)].map((path) => {
    const { mtimeMs } = statSync(path);
    return { path, mtimeMs: mtimeMs > Date.now() - FRESH ? 0 : mtimeMs, names: namesIn(path) };
  });
}

function isAsItWas({ path, mtimeMs, names }: Folder): boolean {
  return statSync(path).mtimeMs === mtimeMs || namesIn(path) === names;
}

/** Of what an import can mean: a log file that comes and goes says nothing. */
function namesIn(folder: string): string {
  try {
    const names = readdirSync(folder).filter((name) => MODULE.test(name));
    return hashOf(names.sort().join('\n'));
  } catch {
    // One that can be gone through and not be read.
    return '';
  }
}

/** The package.json of each package that these files belong to. */
async function manifestsOf(files: readonly string[]): Promise<KeptInputs['manifests']> {
  const paths = new Set(
    files.flatMap((file) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]/.exec(file) ?? []),
  );
  return Promise.all(
    [...paths].map(async (folder) => {
      const path = join(folder, 'package.json');
      return [path, settled(await stampOf(path))] as const;
    }),
  );
}
