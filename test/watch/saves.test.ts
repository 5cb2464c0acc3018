import assert from 'node:assert/strict';
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as after } from 'node:timers';
import { setTimeout } from 'node:timers/promises';

import { openWatch, type Watch } from '../../dist/watch/chokidar.js';
import type { Inputs } from '../../dist/watch/inputs.js';
import { stampOf } from '../../dist/watch/stamp.js';
import { watchWith } from '../../dist/watch/watch.js';
import { openFolder, type Folder } from '../support/folder.js';

interface Scene {
  readonly folder: Folder;
  readonly watch: Watch;
  readonly warnings: string[];
  /** What was reported since the last call. */
  taken(): string[];
  /** Resolves when this path was reported. */
  reported(path: string): Promise<void>;
  follow(paths: readonly string[], folders?: readonly string[]): Promise<void>;
}

interface Variant {
  readonly poll: number | null;
  readonly open: typeof openWatch;
}

async function open(
  t: TestContext,
  variant: Variant,
  options: { include?: string[]; ignore?: string[] } = {},
): Promise<Scene> {
  const folder = openFolder({
    'src/a.ts': 'one',
    'src/sub/b.ts': 'b',
    'sentinel/s': '0',
    'v1/x': '1',
    'views/known.html': '0',
    'v2/x': '2',
    current: '-> v1',
  });
  const warnings: string[] = [];
  let seen: string[] = [];
  const waiting = new Map<string, () => void>();
  const watch = variant.open({
    poll: variant.poll,
    include: options.include ?? [],
    ignore: options.ignore ?? [],
    cwd: folder.at('.'),
    onChange(paths) {
      seen.push(...paths);
      for (const path of paths) waiting.get(path)?.();
    },
    onWarning: (message) => warnings.push(message),
  });
  t.after(async () => {
    await watch.close();
    folder.remove();
  });
  const scene: Scene = {
    folder,
    watch,
    warnings,
    taken: () => seen.splice(0),
    reported: (path) =>
      new Promise((resolve, reject) => {
        if (seen.includes(folder.at(path))) return resolve();
        const deadline = after(() => reject(new Error(`${path} was not reported`)), 10_000);
        waiting.set(folder.at(path), () => {
          clearTimeout(deadline);
          resolve();
        });
      }),
    async follow(paths, folders = []) {
      watch.follow(await inputsOf(folder, paths, folders));
      await settled(scene);
    },
  };
  seen = [];
  await scene.follow(['src/a.ts', 'src/sub/b.ts', 'sentinel/s']);
  return scene;
}

async function inputsOf(folder: Folder, paths: readonly string[], folders: readonly string[] = []): Promise<Inputs> {
  const files = await Promise.all(
    paths.map(async (path) => [folder.at(path), await stampOf(folder.at(path))] as const),
  );
  return { files: new Map(files), folders: new Set(folders.map((path) => folder.at(path))), aside: new Set() };
}

let count = 0;
/** The watch has handled all that came before: a change behind it was reported. */
async function settled(scene: Scene): Promise<void> {
  const before = scene.taken();
  scene.folder.write('sentinel/s', `sentinel ${++count}`);
  await scene.reported('sentinel/s');
  for (const path of scene.taken()) if (path !== scene.folder.at('sentinel/s')) before.push(path);
  assert.deepEqual(before, []);
}

const PATH = 'src/a.ts';
const saves: Readonly<Record<string, (folder: Folder) => unknown>> = {
  'in place': (folder) => folder.write(PATH, 'two'),
  'rename over': (folder) => renameSync(folder.write('src/.a.tmp', 'two'), folder.at(PATH)),
  'unlink and create': (folder) => {
    unlinkSync(folder.at(PATH));
    folder.write(PATH, 'two');
  },
  async 'truncate and write'(folder) {
    const handle = openSync(folder.at(PATH), 'w');
    await setTimeout(10);
    writeSync(handle, 'two');
    closeSync(handle);
  },
  'the folder made again in the same tick'(folder) {
    rmSync(folder.at('src'), { recursive: true });
    folder.write('src/sub/b.ts', 'b');
    folder.write(PATH, 'two');
  },
  'the folder moved away and made again'(folder) {
    renameSync(folder.at('src'), folder.at('old'));
    folder.write('src/sub/b.ts', 'b');
    folder.write(PATH, 'two');
  },
};

const variants: Readonly<Record<string, Variant>> = {
  events: { poll: null, open: openWatch },
  polling: { poll: 50, open: openWatch },
};
for (const [kind, variant] of Object.entries(variants))
  describe(kind, () => {
    for (const [name, save] of Object.entries(saves))
      test(`a save is reported, and the one after it: ${name}`, async (t) => {
        const scene = await open(t, variant);
        await save(scene.folder);
        await scene.reported(PATH);
        scene.taken();
        scene.folder.write(PATH, 'three');
        await scene.reported(PATH);
        scene.taken();
        await settled(scene);
      });

    test('a file that is gone for a while is gone, and then back', async (t) => {
      const scene = await open(t, variant);
      unlinkSync(scene.folder.at(PATH));
      await scene.reported(PATH);
      scene.taken();
      scene.folder.write(PATH, 'one');
      await scene.reported(PATH);
    });

    test('a folder that is gone for a while is watched again', async (t) => {
      const scene = await open(t, variant);
      rmSync(scene.folder.at('src'), { recursive: true });
      await scene.reported('src/sub/b.ts');
      scene.taken();
      mkdirSync(scene.folder.at('src/sub'), { recursive: true });
      scene.folder.write('src/sub/b.ts', 'new');
      await scene.reported('src/sub/b.ts');
    });

    test('a touch and a save of the same bytes are no change', async (t) => {
      const scene = await open(t, variant);
      utimesSync(scene.folder.at(PATH), new Date(), new Date());
      scene.folder.write('src/sub/b.ts', 'b');
      await settled(scene);
    });

    test('a link that leads elsewhere is a change', async (t) => {
      const scene = await open(t, variant);
      await scene.follow(['current', 'sentinel/s']);
      symlinkSync('v2', scene.folder.at('next'));
      renameSync(scene.folder.at('next'), scene.folder.at('current'));
      await scene.reported('current');
    });

    test('a new entry in a folder where an import did not resolve', async (t) => {
      const scene = await open(t, variant);
      const past = new Date(Date.now() - 60_000);
      utimesSync(scene.folder.at('src/sub'), past, past);
      await scene.follow([PATH, 'sentinel/s'], ['src/sub']);
      scene.folder.write('src/sub/new.ts', '');
      await scene.reported('src/sub/new.ts');
    });

    test('an entry that came before the folder was followed', async (t) => {
      const scene = await open(t, variant);
      scene.folder.write('src/sub/new.ts', '');
      scene.watch.follow(await inputsOf(scene.folder, [PATH, 'sentinel/s'], ['src/sub']));
      await scene.reported('src/sub');
    });

    test('a change between the read and follow', async (t) => {
      const scene = await open(t, variant);
      const inputs = await inputsOf(scene.folder, ['v1/x']);
      scene.folder.write('v1/x', 'late');
      scene.watch.follow(inputs);
      await scene.reported('v1/x');
    });

    test('--watch reports edits, new files and new folders; --ignore beats all', async (t) => {
      const scene = await open(t, variant, { include: ['views/**/*.html'], ignore: ['**/b.ts', 'views/no'] });
      const known = scene.folder.at('views/known.html');
      // What is there when it is first searched is no news: that is over once a change of something it found is.
      for (let n = 1; !scene.taken().includes(known); n++) {
        scene.folder.write('views/known.html', `edit ${n}`);
        await setTimeout(20);
      }
      scene.folder.write('views/a.html', '1');
      await scene.reported('views/a.html');
      scene.folder.write('views/no/n.html', '1');
      scene.folder.write('views/x.txt', '1');
      scene.folder.write('views/deep/down/b.html', '1');
      await scene.reported('views/deep/down/b.html');
      scene.folder.write('src/sub/b.ts', 'ignored');
      const before = scene.taken();
      scene.folder.write('views/a.html', '2');
      await scene.reported('views/a.html');
      assert.deepEqual(
        new Set([...before, ...scene.taken()].filter((path) => path !== known)),
        new Set([scene.folder.at('views/a.html'), scene.folder.at('views/deep/down/b.html')]),
      );
    });
  });

test('of a burst of 20 saves the last is reported', async (t) => {
  const scene = await open(t, { poll: null, open: openWatch });
  for (let i = 1; i <= 20; i++) {
    scene.folder.write(PATH, `save ${i}`);
    await setTimeout(5);
  }
  await scene.reported(PATH);
  await setTimeout(0);
  const inputs = await inputsOf(scene.folder, [PATH, 'sentinel/s']);
  scene.watch.follow(inputs);
  scene.folder.write(PATH, 'after');
  await scene.reported(PATH);
});

test('without events the idle look finds changes, and polling takes over', async (t) => {
  const silent: typeof openWatch = (options) =>
    watchWith(
      ({ onWatching }) => ({
        watch: (folder) => void setImmediate(() => onWatching(folder)),
        unwatch() {},
        close: () => Promise.resolve(),
      }),
      options,
    );
  const scene = await open(t, { poll: null, open: silent });
  for (let i = 0; i < 6 && scene.warnings.length === 0; i++) {
    // Two in a row have to be missed, and a change that was still under way when the watch began is not.
    scene.folder.write(PATH, `content ${i}`);
    await scene.reported(PATH);
    scene.taken();
    await setTimeout(150);
  }
  assert.match(scene.warnings.join('\n'), /without events/);
  assert.equal(scene.warnings.length, 1);
});

test('a system without watches left is told once, and polled', async (t) => {
  const full: typeof openWatch = (options) =>
    watchWith(
      ({ onError }) => ({
        watch: () => void setImmediate(() => onError(Object.assign(new Error('no space'), { code: 'ENOSPC' }))),
        unwatch() {},
        close: () => Promise.resolve(),
      }),
      options,
    );
  const scene = await open(t, { poll: null, open: full });
  scene.folder.write(PATH, 'two');
  await scene.reported(PATH);
  assert.equal(scene.warnings.length, 1);
  assert.match(scene.warnings.join(), /ENOSPC/);
});
