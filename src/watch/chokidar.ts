import { basename, resolve } from 'node:path';

import type { FSWatcher } from 'chokidar';

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
 * It is loaded once there is something to watch, which is when something was built: the first worker has the app by then.
 */
async function openWatcher(isWanted: (folder: string) => boolean): Promise<FSWatcher> {
  const chokidar = await import('chokidar');
  class Folders extends chokidar.FSWatcher {
    override _readdirp(): undefined {
      return undefined;
    }
  }
  return new Folders({
    atomic: false,
    depth: 0,
    ignorePermissionErrors: true,
    usePolling: false,
    ignored: (path) => !isWanted(resolve(path)),
  });
}

function openFolders({ onHint, onWatching, onError }: HintsListener): Hints {
  const folders = new Set<string>();
  let opened: Promise<FSWatcher> | null = null;
  const open = async (): Promise<FSWatcher> => {
    const watcher = await openWatcher((folder) => folders.has(folder));
    watcher.on('raw', (event, name, details) => {
      const folder = (details as { readonly watchedPath?: string }).watchedPath;
      if (folder !== undefined)
        onHint({ folder, name: name ? basename(String(name)) : null, moved: event === 'rename' });
    });
    // It is emitted just before the folder is watched.
    watcher.on('addDir', (folder) => setImmediate(() => folders.has(folder) && onWatching(folder)));
    watcher.on('error', onError);
    return watcher;
  };
  /** In the order of the calls. Without chokidar there are no hints. */
  const ask = (what: (watcher: FSWatcher) => unknown): Promise<unknown> =>
    (opened ??= open()).then(what).catch(onError);
  return {
    watch(folder) {
      const again = folders.has(folder);
      folders.add(folder);
      void ask((watcher) => {
        if (again) watcher.unwatch(folder);
        watcher.add(folder);
      });
    },
    unwatch(folder) {
      if (folders.delete(folder)) void ask((watcher) => watcher.unwatch(folder));
    },
    async close() {
      if (opened !== null) await ask((watcher) => watcher.close());
    },
  };
}
