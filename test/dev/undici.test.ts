import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { addCommon, readied } from '../support/ahead.js';
import { type App, withApp } from '../support/app.js';
import { type Body, get } from '../support/get.js';
import type { Project } from '../support/project.js';

// Node's undici, which leaves symbols among the globals: an app finds it where node has it, at a start and at each
// save. `import 'node:http'` loads it since node 22, `require('node:http')` does not.

const look = `{
  symbols: Object.getOwnPropertySymbols(globalThis).filter((symbol) => String(symbol).includes('undici')).length,
  loaded: process.moduleLoadList.filter((name) => /undici.undici$|NativeModule readline$/.test(name)),
}`;

const imported =
  "import { createInterface } from 'node:readline';\nimport { createServer } from 'node:http';\nexport { createInterface };\n";
const required =
  "import { createRequire } from 'node:module';\nconst { createServer } = createRequire(import.meta.url)('node:http');\n";

const rest = `
  import pack from 'pack';
  import { version } from './version.ts';
  const own = ${look};
  const server = createServer((request, response) => {
    if (request.url === '/fetch') fetch('data:,').then(() => response.end('{}'));
    else response.end(JSON.stringify({ version, ahead: pack.ahead, pack: pack.seen, own }));
  });
  server.listen(0);
`;

async function write(project: Project, type: string, http: string): Promise<void> {
  await project.write('package.json', JSON.stringify({ name: 'app', type }));
  await addCommon(project, 'pack', `module.exports = { ahead, seen: ${look} };`);
  await project.write('src/app.ts', http + rest);
}

/** What plain node has, for what `import` and `require` of http come to there. */
function underNode(statement: string): number {
  const code = `${statement}; console.log(Object.getOwnPropertySymbols(globalThis).filter((symbol) => String(symbol).includes('undici')).length)`;
  const type = statement.startsWith('import') ? 'module' : 'commonjs';
  return Number(execFileSync(process.execPath, [`--input-type=${type}`, '--eval', code], { encoding: 'utf8' }));
}

const wanted = { imported: underNode('import "node:http"'), required: underNode('require("node:http")') };

async function save(app: App, version: number): Promise<Body> {
  const { project, zdr } = app;
  await readied(app);
  await zdr.rollover(() => project.version(version));
  return get(zdr.where);
}

const symbolsIn = ({ pack, own }: Body): unknown[] => [pack, own].map((seen) => (seen as { symbols: number }).symbols);

for (const [type, http, symbols] of [
  ['commonjs', imported, wanted.required],
  ['module', required, wanted.required],
  ['module', imported, wanted.imported],
] as const)
  test(`${symbols} symbols of undici at each save: ${type}, ${http === imported ? 'import' : 'require'}`, () =>
    withApp('http', { ownModules: true, before: (project) => write(project, type, http) }, async (app) => {
      assert.deepEqual(symbolsIn(await get(app.zdr.where)), [symbols, symbols]);
      // What a request brings is not the app's boot.
      await get(app.zdr.where, '/fetch');
      for (const version of [2, 3, 4]) {
        const body = await save(app, version);
        assert.deepEqual(
          { ahead: body['ahead'], symbols: symbolsIn(body) },
          { ahead: true, symbols: [symbols, symbols] },
        );
        // As the standby has it before the app comes, the app does not wait for it.
        if (symbols > 0) assert.match((body['own'] as { loaded: string[] }).loaded.join(), /undici.*readline/);
      }
    }));

test('an app that comes to import http, and its packages ahead', () =>
  withApp('http', { ownModules: true, before: (project) => write(project, 'module', required) }, async (app) => {
    const before = await save(app, 2);
    assert.deepEqual(
      { ahead: before['ahead'], symbols: symbolsIn(before) },
      { ahead: true, symbols: [wanted.required, wanted.required] },
    );
    await readied(app);
    // By the time it tells what it has, the next standby has evaluated the package without.
    const busy = 'setTimeout(() => { for (const end = Date.now() + 1_000; Date.now() < end; ); }, 20);';
    await app.zdr.rollover(() => app.project.edit('src/app.ts', () => imported + rest + busy));
    for (const version of [3, 4]) {
      const body = await save(app, version);
      assert.deepEqual(
        { ahead: body['ahead'], symbols: symbolsIn(body) },
        { ahead: true, symbols: [wanted.imported, wanted.imported] },
      );
    }
  }));

test('a package that puts another one in the place of a global of undici is not evaluated ahead', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await write(project, 'commonjs', imported);
        await project.edit(
          'node_modules/pack/index.js',
          (text) =>
            `${text} delete globalThis.FormData; Object.defineProperty(globalThis, 'FormData', { value: class {}, configurable: true });`,
        );
      },
    },
    async (app) => {
      for (const version of [2, 3, 4]) assert.equal((await save(app, version))['ahead'], false);
    },
  ));
