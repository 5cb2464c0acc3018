import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { repository } from '../support/project.js';

// TypeScript programs print under zdr what their JavaScript, as tsc writes it, prints under node.

interface Program {
  readonly compiler?: object;
  readonly files: Readonly<Record<string, string>>;
}

const programs: Readonly<Record<string, Program>> = {
  'enums, const enums of other files, namespaces, parameter properties, erased imports': {
    files: {
      'src/app.ts': `
        import { Direction, Level, type Shape } from './enums.js';
        import { Erased } from './erased.js';
        import { Geometry } from './namespace.js';
        class Point { constructor(readonly x: number, private y = 2, protected z?: number) {} sum() { return this.x + this.y + (this.z ?? 0); } }
        enum Local { A = 'a'.length, B = Level.High << 1 }
        const erased: Erased | null = null;
        const shape: Shape = { kind: Direction.Down };
        console.log(Direction, Direction[1], Level.High, Local, shape, erased, Object.keys(new Point(1)), new Point(1).sum());
        console.log(Geometry.area(3), Geometry.Inner.name, (<number>Geometry.unit), ([1, 2] satisfies number[])!.at(-1));`,
      'src/enums.ts':
        'export enum Direction { Up, Down }\nexport const enum Level { Low = 1, High = 40 + Low }\nexport interface Shape { kind: Direction }\n',
      'src/erased.ts': "console.log('must not run');\nexport interface Erased { a: 1 }\n",
      'src/namespace.ts':
        "export namespace Geometry { export let unit = 1; export namespace Inner { export const name = 'inner'; } export function area(r: number) { return r * r * unit; } unit = 2; }\n",
    },
  },
  'enums and namespaces that are merged, passed on and nested': {
    // esbuild keeps const enums, as tsc does with this.
    compiler: { isolatedModules: true },
    files: {
      'src/app.ts': `
        import { Again, Far, Inside, Level, Outer, Plain, text } from './barrel.js';
        import * as all from './barrel.js';
        enum Merged { A = 1 }
        enum Merged { B = A << 2, C = 'c', D = \`\${B}\`.length }
        declare enum Nowhere { X }
        class Tool { static made = 1; }
        namespace Tool { export const kind = 'tool'; export enum Part { One = 'one' } let hidden = 0; export const next = () => ++hidden; }
        function call() { return call.count; }
        namespace call { export let count = 7; }
        namespace Empty { export interface Only {} }
        export import Short = Outer.Deep;
        console.log(Merged, Tool.kind, Tool.Part.One, Tool.made, Tool.next(), Tool.next(), call(), Short.value, Level.High, all.Level.Low);
        console.log(Far.Away, Inside.Value, Again.A, Plain[Plain.One], text, typeof (globalThis as any).Empty, Object.keys(all).sort().join());`,
      'src/barrel.ts':
        "export { Level, Level as Again2, type Shape } from './enums.js';\nexport * from './deep.js';\nexport { Outer as Again } from './other.js';\n",
      'src/enums.ts': 'export const enum Level { Low = -1, High = Low * -40 }\nexport type Shape = Level;\n',
      'src/deep.ts':
        "import { Level } from './enums.js';\nexport const enum Far { Away = Level.High + 1 }\nexport enum Plain { One = Far.Away, Two = One + 1 }\nexport namespace Inside { export const enum Hidden { V = 'v' } export const Value = Hidden.V; }\nexport namespace Outer.Deep { export const value = 'nested'; }\nexport const text: `${Plain}` = `${Plain.Two}`;\n",
      'src/other.ts': "export enum Outer { A = 'again' }\n",
    },
  },
  'stage-3 decorators that replace: classes, methods, accessors; metadata; using at the top of a module': {
    files: {
      'src/app.ts': `
        (Symbol as any).metadata ??= Symbol('metadata');
        const { opened, log } = await import('./opened.js');
        type Made = abstract new (...args: any[]) => object;
        const named = <T extends Made>(value: T, { name, metadata }: ClassDecoratorContext<T>) => { metadata['class'] = name; return class Replaced extends (value as any) { extra = 1; } as any; };
        const twice = (value: (...args: number[]) => number, { access, private: hidden }: ClassMethodDecoratorContext): any => function (this: unknown, ...args: number[]) { return value.apply(this, args) * 2 + (hidden ? 0 : Number(access.has({ run: 1 }))); };
        const bounded = ({ get, set }: ClassAccessorDecoratorTarget<any, number>, _: ClassAccessorDecoratorContext): ClassAccessorDecoratorResult<any, number> => ({ get, set(value) { set.call(this, Math.min(value, 10)); }, init: (value) => value + 1 });
        @named class Counter { @bounded accessor total = 1; @twice run(n: number) { return n; } static { log('static block'); } @twice #own(n: number) { return n; } own() { return this.#own(3); } }
        const counter = new Counter() as Counter & { extra: number };
        counter.total += 50;
        class Kept { @twice run(n: number) { return n; } }
        @((value: Made) => void value) class Same { @twice run(n: number) { return n; } static self = () => Same; }
        console.log(Kept.name, Same.name, Same.self().name, Counter.name, counter.total, counter.run(4), counter.own(), counter.extra, JSON.stringify((Counter as any)[(Symbol as any).metadata]?.class ?? null));
        using first = opened('first');
        await using second = opened('second');
        switch (first.name) { case 'first': { using inner = opened('inner'); log(inner.name + second.name); } }
        log('end of the module');`,
      'src/opened.ts':
        'export const log = (text: string): void => console.log(text);\nexport const opened = (name: string) => ({ name, [Symbol.dispose]() { log(`close ${name}`); }, async [Symbol.asyncDispose]() { await null; log(`closed ${name}`); } });\n',
    },
  },
  'stage-3 decorators: order, context, accessors, initializers': {
    files: {
      'src/app.ts': `
        const log = (name: string) => (value: unknown, context: DecoratorContext): any => {
          console.log(name, typeof value, context.kind, String(context.name), 'static' in context && context.static);
          context.addInitializer(function () { console.log('init', name); });
          if (context.kind === 'field') return (initial: number) => initial * 2;
        };
        @log('class') class Counter {
          @log('field') count = 21;
          @log('accessor') accessor total = 1;
          @log('static') static made() { return 'made'; }
          @log('method') @log('outer') run() { return this.count; }
          @log('private') #hidden() { return 3; }
          @log('getter') get hidden() { return this.#hidden(); }
        }
        const counter = new Counter();
        console.log(counter.count, counter.total, Counter.made(), counter.run(), counter.hidden, Counter.name);`,
    },
  },
  'using and await using': {
    files: {
      'src/app.ts': `
        const open = (name: string) => ({ name, [Symbol.dispose]() { console.log('close', name); } });
        const later = (name: string) => ({ async [Symbol.asyncDispose]() { await null; console.log('closed', name); } });
        function work() { using a = open('a'); using b = open('b'); console.log(a.name, b.name); return 'done'; }
        console.log(work());
        { await using c = later('c'); void c; console.log('in the block'); }
        try { using d = { [Symbol.dispose]() { throw new Error('of close'); } }; void d; throw new Error('of work'); }
        catch (error) { const e = error as { name: string; error: Error; suppressed: Error }; console.log(e.name, e.error.message, e.suppressed.message); }
        for (using e of [open('e'), open('f')]) console.log('loop', e.name);`,
    },
  },
  'files of each kind, import() by a template': {
    compiler: { jsx: 'react', jsxFactory: 'h' },
    files: {
      'src/app.ts': `
        import { kind } from './m.mjs';
        import common from './c.cjs';
        import { view } from './view.js';
        const name = process.argv.length > 0 ? 'm' : '';
        const again = await import(\`./\${name}.mjs\`);
        console.log(kind, common.kind, JSON.stringify(view), again.kind === kind, again.counted());`,
      'src/m.mts': "let count = 0;\nexport const kind: string = 'mts';\nexport const counted = () => ++count;\n",
      'src/c.cts': "const kind: string = 'cts';\nexport = { kind, is: typeof module };\n",
      'src/h.ts': 'export const h = (...all: unknown[]) => all;\n',
      'src/view.tsx': "import { h } from './h.js';\nexport const view: unknown = <p title='x'>text</p>;\n",
    },
  },
  'ES modules: import = require of files and packages, export = by .cts': {
    files: {
      'src/app.ts': `
        import Shape = require('./shape.cjs');
        import path = require('node:path');
        import type Only = require('./never.cjs');
        import def from './shape.cjs';
        export import again = require('./shape.cjs');
        const only: Only | null = null;
        console.log(new Shape(2).area(), Shape.kind, path.posix.sep, only, def === Shape, again === Shape, Shape.name);`,
      'src/shape.cts':
        "class Shape { constructor(private r: number) {} area() { return this.r ** 2; } }\nnamespace Shape { export const kind = 'shape'; }\nexport = Shape;\n",
      'src/never.cts': "console.log('must not run');\nclass Never {}\nexport = Never;\n",
    },
  },
  'CommonJS: export =, import = require, interop': {
    compiler: { module: 'CommonJS', esModuleInterop: true },
    files: {
      'package.json': '{}',
      'src/app.ts': `
        import assign = require('./assign');
        import path = require('path');
        import fs, { existsSync } from 'fs';
        import * as ns from './assign';
        import late from './default';
        console.log(assign.twice(21), path.posix.join('a', 'b'), typeof fs.readFileSync, existsSync('/'), ns.twice(1), late, require.main === module);
        export {};`,
      'src/assign.ts': 'const api = { twice: (n: number) => n * 2 };\nexport = api;\n',
      'src/default.ts': "export default 'by default';\n",
    },
  },
};

const base = { target: 'ES2022', module: 'NodeNext', lib: ['ESNext'], types: ['node'], skipLibCheck: true };

const both = Object.entries(programs).flatMap(([name, program]) => [
  { name, program, env: {} },
  { name: `in pieces: ${name}`, program, env: { ZDR_TEST_PIECES: 'always' } },
]);

for (const { name, program, env } of both) {
  const { compiler = {}, files } = program;
  test(name, () =>
    withApp(
      'script',
      {
        ready: false,
        env,
        before: async (project) => {
          await project.remove('src');
          await project.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...base, ...compiler } }));
          await project.write('package.json', '{"type":"module"}');
          for (const [file, content] of Object.entries(files)) await project.write(file, content);
        },
      },
      async ({ project, zdr }) => {
        const tsc = join(repository, 'node_modules/typescript/bin/tsc');
        const args = [tsc, '--noCheck', '--rootDir', 'src', '--outDir', 'out', '-p', '.'];
        execFileSync(process.execPath, args, { cwd: project.dir, stdio: 'pipe' });
        const expected = execFileSync(process.execPath, ['out/app.js'], { cwd: project.dir, encoding: 'utf8' });
        await zdr.until('the end', () => zdr.all('done').length + zdr.all('boot-failed').length > 0);
        await zdr.until('the output', () => zdr.stdout.length >= expected.length).catch(() => {});
        assert.equal(zdr.stdout, expected);
        await project.remove('out');
      },
    ),
  );
}
