import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/deadline.js';
import { get } from '../support/get.js';
import { keptFiles } from '../support/leftovers.js';
import { addPackage, openProject, type Project } from '../support/project.js';
import { statusOf } from '../support/status.js';
import { Zdr, type ZdrOptions } from '../support/zdr.js';
import { hashOf } from '../../dist/watch/stamp.js';

// A start begins with the bundle of the last run where a build would come to the same.

interface Runs {
  readonly project: Project;
  /** Runs zdr until `body` is over. */
  run(body: (zdr: Zdr) => Promise<void>, options?: ZdrOptions): Promise<void>;
}

async function withRuns(fixture: string, body: (runs: Runs) => Promise<void>): Promise<void> {
  const project = await openProject(fixture, { ownModules: true });
  const run: Runs['run'] = async (during, options) => {
    const zdr = new Zdr(project, options);
    try {
      await zdr.event('ready');
      await during(zdr);
      assert.equal((await zdr.stop()).code, 0);
      await zdr.gone();
      assert.deepEqual(
        keptFiles(project).filter((file) => !file.endsWith('.cache/zdr')),
        [],
      );
    } catch (error) {
      const story = zdr.story();
      zdr.kill();
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${story}`, { cause: error });
    }
  };
  try {
    await body({ project, run });
  } finally {
    await project.close();
  }
}

function cacheOf(project: Project): string {
  return project.path('node_modules/.cache/zdr');
}

/** What a run has left for the next one: the folder, and the record in it. */
function keptOf(project: Project): string | null {
  try {
    const cache = cacheOf(project);
    const [name] = readdirSync(cache).filter((each) => each.startsWith('kept-'));
    return name !== undefined && existsSync(join(cache, name, 'kept.json')) ? join(cache, name) : null;
  } catch {
    return null;
  }
}

interface Recorded {
  readonly base: unknown;
  readonly inputs: { readonly files: readonly (readonly [string, { readonly hash: string } | null])[] };
}

function recordOf(kept: string): Recorded {
  return JSON.parse(readFileSync(join(kept, 'kept.json'), 'utf8')) as Recorded;
}

function nameIn(folder: string, pattern: RegExp): string {
  return join(
    folder,
    readdirSync(folder).find((each) => pattern.test(each))!,
  );
}

/** Waits until what this run has built is kept in the place of `before`. */
function keepsAnew(project: Project, before: string | null): Promise<string> {
  return until('something is kept', () => {
    const now = keptOf(project);
    return now === before ? null : now;
  });
}

/** Waits until what is kept was made of this file as it is now. On a busy machine earlier saves may have been kept as well. */
function keepsWith(project: Project, file: string): Promise<Recorded> {
  return until(`${file} is kept`, () => {
    const kept = keptOf(project);
    try {
      const record = kept === null ? null : recordOf(kept);
      const [, stamp] = record?.inputs.files.find(([path]) => path.endsWith(file)) ?? [];
      return stamp?.hash === hashOf(readFileSync(project.path(file))) ? record : null;
    } catch {
      // Another one has just come in its place.
      return null;
    }
  });
}

/** How many modules the start has built. */
async function builtAtStart(project: Project): Promise<'all' | number> {
  const [first] = (await statusOf(project)).builds;
  return first!.modules === null ? 'all' : first!.modules[0];
}

/** The build that was left out is made: nothing else tells of it but what is kept afterwards. */
async function settles({ project, run }: Runs, version: number, edit = true): Promise<void> {
  const before = keptOf(project);
  await run(async (zdr) => {
    assert.equal(await builtAtStart(project), 0);
    assert.equal((await get(zdr.where)).version, version);
    await keepsAnew(project, before);
    assert.deepEqual(zdr.all('live'), []);
    if (!edit) return;
    await zdr.rollover(() => project.version(version + 1));
    assert.equal((await get(zdr.where)).version, version + 1);
  });
}

test('nothing has changed: the start builds nothing, the build comes to the same afterwards, a save is live', () =>
  withRuns('http', async (runs) => {
    const { project, run } = runs;
    await run(async () => {
      assert.equal(await builtAtStart(project), 'all');
      await keepsAnew(project, null);
    });
    await settles(runs, 1);
  }));

test('edits are kept, in pieces as they were built, and serve; the build afterwards comes to the same', () =>
  withRuns('http', async ({ project, run }) => {
    await run(async (zdr) => {
      await keepsAnew(project, null);
      // Until then each save builds the whole of so small an app.
      await zdr.until('an edit is built by itself', async () => {
        await zdr.rollover(() =>
          project.edit('src/version.ts', (text) => text.replace(/\d+/, (n) => `${Number(n) + 1}`)),
        );
        return (await statusOf(project)).builds.at(-1)!.modules !== null;
      });
      await zdr.rollover(() => project.version(50));
      assert.notEqual((await keepsWith(project, 'src/version.ts')).base, null);
    });
    const before = keptOf(project)!;
    await run(async (zdr) => {
      assert.equal(await builtAtStart(project), 0);
      assert.equal((await get(zdr.where)).version, 50);
      await keepsAnew(project, before);
      assert.deepEqual(zdr.all('live'), []);
      await zdr.rollover(() => project.version(51));
      assert.equal((await get(zdr.where)).version, 51);
    });
    // And what that run has left.
    await run(async (zdr) => assert.equal((await get(zdr.where)).version, 51));
  }));

test('a save right behind the start is live, by a whole build', () =>
  withRuns('http', async ({ project, run }) => {
    await run(async () => void (await keepsAnew(project, null)));
    await run(async (zdr) => {
      await zdr.rollover(() => project.version(2));
      assert.equal((await get(zdr.where)).version, 2);
      assert.equal(await builtAtStart(project), 0);
    });
  }));

const changes: Readonly<Record<string, (project: Project) => Promise<void>>> = {
  'a module': (project) => project.version(2),
  'a file that an import means now': (project) => project.write('src/version.js', 'export const version = 2;\n'),
  'what a package has for its name': async (project) => {
    await project.write('node_modules/numbers/package.json', '{ "name": "numbers", "main": "two.js" }');
  },
  'a file beside a folder that an import means': (project) =>
    project.write('src/shared/version.ts', 'export const version = 2;\n'),
  'the tsconfig': async (project) => {
    await project.version(2);
    await project.write('tsconfig.json', '{ "compilerOptions": { "target": "es2022" } }\n');
  },
};

for (const [what, change] of Object.entries(changes))
  test(`${what} has changed: the start builds`, () =>
    withRuns('http', async ({ project, run }) => {
      if (what.startsWith('a file')) {
        const text = await project.read('src/version.ts');
        for (const file of readdirSync(project.path('src')))
          await project.edit(`src/${file}`, (source) => source.replace("'./version.ts'", "'./version'"));
        await project.remove('src/version.ts');
        await project.write('src/version.cts', '');
        await project.write('src/version/index.ts', text);
      }
      if (what.startsWith('what a package')) {
        await project.write('node_modules/numbers/package.json', '{ "name": "numbers", "main": "one.js" }');
        await project.write('node_modules/numbers/one.js', 'exports.version = 1;\n');
        await project.write('node_modules/numbers/two.js', 'exports.version = 2;\n');
        await project.write(
          'src/version.ts',
          "import numbers from 'numbers';\nexport const version = numbers.version;\n",
        );
      }
      if (what.startsWith('a file beside')) {
        await project.write('src/shared/version/index.ts', 'export const version = 1;\n');
        await project.write('src/version.ts', "export { version } from './shared/version';\n");
      }
      await run(async () => void (await keepsAnew(project, null)));
      await change(project);
      await run(async (zdr) => {
        assert.equal(await builtAtStart(project), 'all');
        assert.equal((await get(zdr.where)).version, 2);
      });
    }));

test('another content with the same size and times, which no look shows: the build afterwards does, and it is live', () =>
  withRuns('http', async ({ project, run }) => {
    const file = project.path('src/version.ts');
    const past = new Date(Date.now() - 60_000);
    utimesSync(file, past, past);
    await run(async () => void (await keepsAnew(project, null)));
    const before = statSync(file);
    writeFileSync(file, readFileSync(file, 'utf8').replace('1', '2'));
    utimesSync(file, past, past);
    assert.deepEqual([statSync(file).size, statSync(file).mtimeMs], [before.size, before.mtimeMs]);
    await run(async (zdr) => {
      assert.equal(await builtAtStart(project), 0);
      await zdr.event('live');
      assert.equal((await get(zdr.where)).version, 2);
    });
  }));

const damages: Readonly<Record<string, (folder: string) => void>> = {
  'a damaged bundle': (folder) => truncateSync(nameIn(folder, /\.[mc]js$/), 20),
  'a damaged map': (folder) => truncateSync(nameIn(folder, /\.map$/), 20),
  'a damaged record': (folder) => truncateSync(join(folder, 'kept.json'), 20),
  'a record that lacks something': (folder) => {
    const { legacy: _legacy, ...rest } = recordOf(folder) as unknown as Record<string, unknown>;
    writeFileSync(join(folder, 'kept.json'), JSON.stringify(rest));
  },
  'a missing map': (folder) => rmSync(nameIn(folder, /\.map$/)),
  'a link that leads nowhere in its place': (folder) => {
    rmSync(folder, { recursive: true });
    symlinkSync(folder, folder);
  },
};

for (const [what, damage] of Object.entries(damages))
  test(`${what} is no reason not to start`, () =>
    withRuns('http', async ({ project, run }) => {
      await run(async () => void (await keepsAnew(project, null)));
      damage(keptOf(project)!);
      await run(async (zdr) => {
        assert.equal(await builtAtStart(project), 'all');
        assert.equal((await get(zdr.where)).version, 1);
      });
    }));

test('with other options, or another node, the start builds; each has what is its own', () =>
  withRuns('http', async ({ project, run }) => {
    await run(async () => void (await keepsAnew(project, null)));
    await run(async () => assert.equal(await builtAtStart(project), 'all'), { args: ['--timing'] });
    await run(async () => assert.equal(await builtAtStart(project), 'all'), { args: ['--conditions', 'other'] });
    await run(async () => assert.equal(await builtAtStart(project), 0));
  }));

test('lines that have moved: positions are those of now, in the next run as well', () =>
  withRuns('http', async ({ project, run }) => {
    await project.write(
      'src/version.ts',
      "export const version = Number(/version\\.ts:(\\d+)/.exec(new Error('').stack ?? '')?.[1]);\n",
    );
    const moves = async (zdr: Zdr): Promise<void> => {
      const since = zdr.now();
      await project.edit('src/version.ts', (text) => `// one more\n${text}`);
      await zdr.event('unchanged', {}, since);
    };
    await run(async (zdr) => {
      assert.equal((await get(zdr.where)).version, 1);
      await moves(zdr);
      await keepsAnew(project, null);
    });
    await run(async (zdr) => {
      assert.equal(await builtAtStart(project), 0);
      assert.equal((await get(zdr.where)).version, 2);
      await zdr.until('edits are built by themselves', async () => {
        await moves(zdr);
        return (await statusOf(project)).builds.at(-1)!.modules !== null;
      });
      await wait(1_500);
    });
    const lines = (await project.read('src/version.ts')).split('\n').length - 1;
    await run(async (zdr) => assert.equal((await get(zdr.where)).version, lines));
  }));

test('a link that leads elsewhere: in pieces too, the build afterwards tells', () =>
  withRuns('http', async ({ project, run }) => {
    for (const [folder, version] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      await project.write(`src/${folder}/number.ts`, `export const number = ${version};\n`);
      await project.write(`src/${folder}/main.ts`, "export { number } from './number.ts';\n");
    }
    await project.link('src/current.ts', 'one/main.ts');
    await project.write('src/more.ts', 'export const more = 0;\n');
    await project.write(
      'src/version.ts',
      "import { number } from './current.ts';\nimport './one/main.ts';\nimport './two/main.ts';\nimport { more } from './more.ts';\nexport const version = number + more;\n",
    );
    await run(async (zdr) => {
      await keepsAnew(project, null);
      let more = 0;
      await zdr.until('an edit is built by itself', async () => {
        await zdr.rollover(() => project.write('src/more.ts', `export const more = ${(more += 10)};\n`));
        return (await statusOf(project)).builds.at(-1)!.modules !== null;
      });
      await zdr.rollover(() => project.write('src/more.ts', 'export const more = 5;\n'));
      assert.notEqual((await keepsWith(project, 'src/more.ts')).base, null);
    });
    await project.remove('src/current.ts');
    await project.link('src/current.ts', 'two/main.ts');
    await run(async (zdr) => {
      if ((await builtAtStart(project)) === 0) await zdr.event('live');
      assert.equal((await get(zdr.where)).version, 7);
    });
  }));

test('a file of a package is gone: the build says so, and no app is started', () =>
  withRuns('http', async ({ project, run }) => {
    await addPackage(project, 'numbers', 'export const one = 1;\n');
    await project.write('src/version.ts', "export { one as version } from 'numbers';\n");
    await run(async () => void (await keepsAnew(project, null)));
    await project.remove('node_modules/numbers/index.js');
    const zdr = new Zdr(project);
    try {
      await zdr.until('the first word', () => zdr.now() > 0);
      assert.equal(zdr.all('build-failed').length, 1, zdr.story());
      await zdr.stop();
      await zdr.gone();
    } finally {
      zdr.kill();
    }
  }));

test('a file of a package that is named by its path, of which nobody accounts: nothing is kept', () =>
  withRuns('http', async ({ project, run }) => {
    await addPackage(project, 'numbers', 'export const one = 1;\n');
    const source = (more: number): string =>
      `import { one } from '../node_modules/numbers/index.js';\nexport const version = one + ${more};\n`;
    await project.write('src/more.ts', 'export {};\n');
    await project.write('src/version.ts', source(0));
    await run(async (zdr) => {
      assert.equal((await get(zdr.where)).version, 1);
      let more = 0;
      await zdr.until('an edit is built by itself', async () => {
        await zdr.rollover(() => project.write('src/version.ts', source((more += 1))));
        return (await statusOf(project)).builds.at(-1)!.modules !== null;
      });
      // One of all modules comes after the one of a single module has read that file.
      await zdr.rollover(() => project.write('src/version.ts', `import './more.ts';\n${source((more += 1))}`));
      assert.equal((await statusOf(project)).builds.at(-1)!.modules, null);
      await wait(1_500);
      assert.equal(keptOf(project), null);
    });
  }));

test('with plugins nobody can say what a build would come to: nothing is kept', () =>
  withRuns('http', async ({ project, run }) => {
    await project.write('zdr.config.js', "export default { esbuild: { plugins: [{ name: 'none', setup() {} }] } };\n");
    await run(async () => {
      await wait(1_500);
      assert.equal(keptOf(project), null);
    });
  }));

test('zdr start builds', () =>
  withRuns('http', async ({ project, run }) => {
    await run(
      async () => {
        await wait(1_500);
        assert.equal(keptOf(project), null);
      },
      { command: 'start', args: ['-w', '1'] },
    );
  }));

test('a package with top-level await, an import that is computed: as the app has shown in the last run', () =>
  withRuns('http', async (runs) => {
    const { project, run } = runs;
    await addPackage(project, 'awaits', 'await 0;\nexport const one = 1;\n');
    await project.write('src/later.ts', 'export const more = 0;\n');
    await project.write(
      'src/version.ts',
      "import { one } from 'awaits';\nconst name = './later.ts';\nconst { more } = await import(name);\nexport const version = one + more + 0;\n",
    );
    await run(async (zdr) => {
      assert.equal((await get(zdr.where)).version, 1);
      await keepsAnew(project, null);
    });
    const before = keptOf(project);
    await run(async (zdr) => {
      assert.equal(await builtAtStart(project), 0);
      assert.equal((await get(zdr.where)).version, 1);
      await keepsAnew(project, before);
      assert.deepEqual(zdr.all('live'), []);
      await zdr.rollover(() => project.write('src/later.ts', 'export const more = 2;\n'));
      assert.equal((await get(zdr.where)).version, 3);
    });
  }));

test('of the runs of many entries the last eight are kept', () =>
  withRuns('http', async ({ project, run }) => {
    const text = await project.read('src/app.ts');
    for (let entry = 0; entry < 9; entry++) {
      await project.write(`src/app${entry}.ts`, text);
      const before = folders(project);
      const isNew = (name: string): boolean =>
        !before.includes(name) && existsSync(join(cacheOf(project), name, 'kept.json'));
      await run(async () => void (await until('something is kept', () => folders(project).some(isNew))), {
        entry: `src/app${entry}.ts`,
      });
    }
    assert.equal(folders(project).length, 8);
  }));

function folders(project: Project): string[] {
  try {
    return readdirSync(cacheOf(project)).filter((name) => name.startsWith('kept-'));
  } catch {
    return [];
  }
}
