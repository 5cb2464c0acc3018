import assert from 'node:assert/strict';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { test } from 'node:test';
import { build, transformSync } from 'esbuild';
import { openBundles } from '../../dist/build/bundles.js';
import { eachWith } from '../../dist/build/pieces/compile.js';
import { MapWriter, readMappings } from '../../dist/build/pieces/mappings.js';
import { shape } from '../../dist/build/pieces/shape.js';
import { signatureOf } from '../../dist/build/pieces/signature.js';
import { openFolder } from '../support/folder.js';

/** As the builder asks esbuild for a module. */
function written(source: string) {
  return transformSync(source, {
    loader: 'ts',
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    sourcemap: 'external',
    sourcefile: 'src/a.ts',
    supported: { 'dynamic-import': false },
  });
}

const module = `
import one, { two } from './b.ts';
import * as all from './c.ts';
import './d.ts';
export * from './e.ts';
export { three as default } from './f.ts';
export let live: number = 1;
export function call(): unknown { return [one, two(), all, live]; }
const secret = 'secret';
export { secret as 'a name' };
`;

test('an ES module links to what it imports, in its order, and tells what it exports', () => {
  const { code, links, exports } = shape(written(module).code, true);
  assert.deepEqual(links, [
    ['./b.ts', false],
    ['./c.ts', false],
    ['./d.ts', false],
    ['./e.ts', true],
    ['./f.ts', false],
  ]);
  assert.deepEqual([...exports].sort(), ['a name', 'call', 'default', 'live']);
  assert.doesNotMatch(code, /\brequire\(|__toCommonJS|var __export =|0 && \(module/);
});

test('no line moves', () => {
  const { code } = written(module);
  const before = code.split('\n');
  const after = shape(code, true).code.split('\n');
  const line = (lines: readonly string[]) => lines.findIndex((text) => text.startsWith('function call('));
  assert.ok(line(before) > 0);
  assert.equal(line(after), line(before) + 1, 'the head of the function comes before');
});

test('helpers go, whatever their parameters are called, and only they', () => {
  const { code } = shape(
    written(`export const all = 1;\nconst __name = 'mine';\nexport const name = __name;`).code,
    true,
  );
  assert.doesNotMatch(code, /var __export =/);
  assert.match(code, /'mine'|"mine"/);
});

test('a template that looks like a line of a helper is a text', () => {
  const { code } = shape(written('export const text = `\n__name(a, "a");\n`;\nexport function a() {}\n').code, true);
  assert.match(code, /\n__name\(a, "a"\);\n`/);
});

test('a module of CommonJS stays as it is', () => {
  const source = "const b = require('./b.cjs');\nexports.a = b;\n";
  const { code, links } = shape(written(source).code, false);
  assert.deepEqual(links, []);
  assert.match(code, /^function\(exports,require,module\)\{\n[^]*exports\.a = b;\n\}$/);
});

test('maps behind each other lead to where each of them leads', () => {
  const sources = [
    module,
    'export const x = () => {\n  throw new Error("x");\n};\n',
    '',
    module.replaceAll('call', 'other'),
  ];
  const writer = new MapWriter();
  const lines: string[] = [];
  const places: { readonly line: number; readonly column: number; readonly file: string; readonly from: unknown }[] =
    [];
  for (const [n, source] of sources.entries()) {
    const { code, map } = written(source);
    lines.push('a line between');
    const single = new SourceMap(JSON.parse(map) as SourceMapPayload);
    for (const [row, text] of code.split('\n').entries())
      for (const column of [0, Math.floor(text.length / 2)]) {
        const found = single.findEntry(row, column);
        if ('originalLine' in found && found.generatedLine === row)
          places.push({
            line: lines.length + row,
            column,
            file: `file:///${n}.ts`,
            from: [found.originalLine, found.originalColumn],
          });
      }
    writer.add(lines.length, `file:///${n}.ts`, readMappings(map));
    lines.push(...code.split('\n'));
  }
  const whole = new SourceMap(JSON.parse(writer.toString()) as SourceMapPayload);
  assert.ok(places.length > 40);
  for (const { line, column, file, from } of places) {
    const found = whole.findEntry(line, column);
    assert.ok('originalLine' in found);
    assert.deepEqual(
      [found.originalSource, [found.originalLine, found.originalColumn]],
      [file, from],
      `${line}:${column} ${lines[line]}`,
    );
  }
});

test('what a module says of others is its signature, and what it does is not', () => {
  const before = signatureOf(module);
  assert.equal(signatureOf(module.replace('= 1', '= 2')), before);
  assert.equal(signatureOf("export const text = 'one';"), signatureOf("export const text = 'two';"));
  for (const other of [
    module.replace('{ two }', '{ two, more }'),
    module.replace('./d.ts', './d2.ts'),
    module.replace('export * from', 'export * as e from'),
    `${module}import type { T } from './t.ts';\n`,
  ])
    assert.notEqual(signatureOf(other), before);
});

/** Compiles a file whose content is another one on the disk by the time that esbuild reads it. `asRead`: it could. */
async function compiledWhile(content: string, onDisk: string, asRead = true) {
  const folder = openFolder({ 'a.ts': content });
  const root = folder.at('.').replace(/\/$/, '');
  const bundles = openBundles(folder.at('cache'));
  let builds = 0;
  const run = ((options) => {
    builds += 1;
    folder.write('a.ts', onDisk);
    return build(options);
  }) as typeof build;
  const each = eachWith(
    run,
    { entry: folder.at('a.ts'), root, cwd: root, bundles, envFiles: [] },
    async () => content,
    () => ({ asRead, hash: 'hash', signature: '', enums: false }),
  );
  const { modules } = await each([folder.at('a.ts')]);
  folder.remove();
  return { text: modules[0]?.text ?? '', count: modules.length, builds };
}

test('esbuild reads a file itself, and what it read is used only where it is what zdr has read', async () => {
  const [one, two] = ['export const value = 1;\n', 'export const value = 2;\n'];
  const same = await compiledWhile(one, one);
  assert.deepEqual([same.count, same.builds], [1, 1]);
  const written = await compiledWhile(one, two);
  assert.deepEqual([written.count, written.builds], [1, 2]);
  assert.match(written.text, /value = 1/);
  assert.doesNotMatch(written.text, /value = 2/);
  const rewritten = await compiledWhile(one, two, false);
  assert.deepEqual([rewritten.count, rewritten.builds], [1, 1]);
  assert.match(rewritten.text, /value = 1/);
});

test('a module that gets top-level await while another one is found to have it', async () => {
  const folder = openFolder({ 'a.ts': '', 'b.ts': '' });
  const root = folder.at('.').replace(/\/$/, '');
  const bundles = openBundles(folder.at('cache'));
  const loads = new Map<string, number>();
  const each = eachWith(
    build,
    { entry: folder.at('a.ts'), root, cwd: root, bundles, envFiles: [] },
    async (path) => {
      const times = (loads.get(path) ?? 0) + 1;
      loads.set(path, times);
      return path.endsWith('b.ts') && times === 1 ? 'export {};\n' : 'await 0;\n';
    },
    () => ({ asRead: false, hash: 'hash', signature: '', enums: false }),
  );
  const { modules } = await each([folder.at('a.ts'), folder.at('b.ts')]);
  folder.remove();
  assert.deepEqual(modules.map(({ awaits }) => awaits).sort(), ['a.ts', 'b.ts']);
});
