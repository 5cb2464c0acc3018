import { basename, resolve } from 'node:path';

import { FSWatcher } from 'chokidar';

import type { Hints, HintsListener } from './hints.js';
import { watchWith, type Watch, type WatchOptions } from './watch.js';

export type { Watch, WatchOptions } from './watch.js';

/** Watches the inputs of builds, see {@link Watch}. */
export function openWatch(options: WatchOptions): Watch {
  return watchWith(openFolders, options);
}

/**
 * chokidar without its reading of folders. It lists a folder, with a stat of every entry, at each event in it: a log
 * file that grows in a folder of 300 files costs 95 % of a core. Its raw events say the same, earlier and unthrottled.
 */
class Folders extends FSWatcher {
  override _readdirp(): undefined {
    return undefined;
  }
}

function openFolders({ onHint, onWatching, onError }: HintsListener): Hints {
  const folders = new Set<string>();
  const watcher = new Folders({
    atomic: false,
    depth: 0,
    ignorePermissionErrors: true,
    usePolling: false,
    ignored: (path) => !folders.has(resolve(path)),
  });
  watcher.on('raw', (event, name, details) => {
    const folder = (details as { readonly watchedPath?: string }).watchedPath;
    if (folder !== undefined) onHint({ folder, name: name ? basename(String(name)) : null, moved: event === 'rename' });
  });
  // It is emitted just before the folder is watched.
  watcher.on('addDir', (folder) => setImmediate(() => folders.has(folder) && onWatching(folder)));
  watcher.on('error', onError);
  return {
    watch(folder) {
      if (folders.has(folder)) watcher.unwatch(folder);
      folders.add(folder);
      watcher.add(folder);
    },
    unwatch(folder) {
      if (folders.delete(folder)) watcher.unwatch(folder);
    },
    close: () => watcher.close(),
  };
}
