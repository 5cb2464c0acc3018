import { join } from 'node:path';
import { test } from 'node:test';
import { endOf, endsAs, type Program } from '../support/as-node.js';
import { repository } from '../support/project.js';

// What a tsconfig says of names and of JSX: TypeScript programs print under zdr what they print under tsx.

const runtime = (name: string): Readonly<Record<string, string>> => ({
  [`node_modules/${name}/package.json`]: `{"name":"${name}","type":"module","exports":{".":"./index.js","./*":"./*.js"}}`,
  [`node_modules/${name}/index.js`]: `export const createElement = (...all) => ['${name}', ...all];\n`,
  [`node_modules/${name}/jsx-runtime.js`]: `export const Fragment = '${name} fragment';\nexport const jsx = (type, props, key) => ({ by: '${name}', type, props, key });\nexport const jsxs = jsx;\n`,
  [`node_modules/${name}/jsx-dev-runtime.js`]: `export const Fragment = '${name} fragment';\nexport const jsxDEV = (type, props, key, many, source) => ({ dev: '${name}', type, props, many, line: source.lineNumber, file: source.fileName.replace(/.*[\\\\/]/, '') });\n`,
});

const programs: Readonly<Record<string, Program & { readonly entry: string }>> = {
  'baseUrl, paths, and a package where neither has anything': {
    entry: 'src/app.ts',
    files: {
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          baseUrl: './src',
          paths: {
            '@/*': ['./*'],
            exact: ['./lib/exact'],
            'two/*': ['./nowhere/*', './lib/*'],
            installed: ['./lib/none'],
          },
        },
      }),
      'src/app.ts': `
        import { based } from 'lib/based';
        import { aliased } from '@/lib/aliased.js';
        import { exact } from 'exact';
        import { second } from 'two/second';
        import { installed } from 'installed';
        import { readFileSync } from 'fs';
        const names = ['@/lib/late', 'lib/late.js', 'exact', 'two/second', 'installed', 'node:fs', '@/nowhere'];
        for (const name of names)
          console.log(name, await import(name).then((all) => Object.keys(all).slice(0, 2).join(), (error) => error.code));
        console.log(based, aliased, exact, second, installed, typeof readFileSync);`,
      'src/lib/based.ts':
        "import { aliased } from '@/lib/aliased';\nexport const based: string = `based on ${aliased}`;\n",
      'src/lib/late.ts': "export const late: number = 1;\nexport const more: string = '';\n",
      'src/lib/aliased.ts': "export const aliased = 'aliased' as const;\n",
      'src/lib/exact.ts': "export const exact = 'exact' satisfies string;\n",
      'src/lib/second.ts': "export enum E { A = 'second' }\nexport const second = E.A;\n",
      'node_modules/installed/package.json': '{"name":"installed","type":"module","exports":"./index.js"}',
      'node_modules/installed/index.js': "export const installed = 'installed';\n",
    },
  },
  'extends as an array of files and packages: the last one wins': {
    entry: 'src/app.tsx',
    files: {
      ...runtime('first'),
      ...runtime('second'),
      'tsconfig.json': '{ "extends": ["./base.json", "shared/strict.json", "@scope/config"], /* a comment */ }',
      'base.json':
        '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "first", "useDefineForClassFields": false, "experimentalDecorators": true } }',
      'node_modules/shared/package.json': '{"name":"shared"}',
      'node_modules/shared/strict.json': '{ "compilerOptions": { "jsxImportSource": "second" } }',
      'node_modules/@scope/config/package.json': '{"name":"@scope/config","version":"1.0.0"}',
      'node_modules/@scope/config/tsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["../../../src/*"] } } }',
      'src/app.tsx': `
        import { named } from '~/named';
        function dec(target: object, name: string) { console.log('legacy', typeof target, name); }
        class Base { set value(_: number) { console.log('set by the field'); } }
        class Derived extends Base { @dec declared!: string; override value = 1; }
        console.log(Object.keys(new Derived()), named, JSON.stringify(<p title="x">text</p>));`,
      'src/named.ts': "export const named: string = 'named';\n",
    },
  },
  'jsx with an import source: .tsx, .jsx, fragments, a pragma of the file': {
    entry: 'src/app.tsx',
    files: {
      ...runtime('first'),
      ...runtime('second'),
      'tsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "first", "allowJs": true } }',
      'src/app.tsx': `
        import { View } from './view.jsx';
        import { other } from './other';
        const props = { a: 1 };
        const Generic = <T,>({ value }: { value: T }) => <b>{String(value)}</b>;
        console.log(JSON.stringify([<View {...props} key="k" />, <><i /><i /></>, <Generic<number> value={1} />, other, View()]));`,
      'src/view.jsx':
        'export function View() { return <ul><li>1</li>{[2, 3].map((n) => <li key={n}>{n}</li>)}</ul>; }\n',
      'src/other.tsx': '/** @jsxImportSource second */\nexport const other: unknown = <p a-b="c">&nbsp;text</p>;\n',
    },
  },
  'jsx for development names the file and the line': {
    entry: 'src/app.tsx',
    files: {
      ...runtime('first'),
      'tsconfig.json': '{ "compilerOptions": { "jsx": "react-jsxdev", "jsxImportSource": "first" } }',
      'src/app.tsx': 'console.log(JSON.stringify(<p>\n  <b />\n  text\n</p>));\nexport {};\n',
    },
  },
  'computed require by paths': {
    entry: 'src/app.ts',
    files: {
      'package.json': '{}',
      'tsconfig.json': '{ "compilerOptions": { "module": "CommonJS", "paths": { "@/*": ["./src/*"] } } }',
      'src/app.ts':
        "for (const name of ['@/part', '@/other.js', './part', 'fs']) console.log(name, Object.keys(require(name) as object).slice(0, 1));\n",
      'src/part.ts': 'export const part: number = 1;\n',
      'src/other.ts': 'export const other: number = 2;\n',
    },
  },
  'jsx by a factory, in .jsx as the entry': {
    entry: 'src/app.jsx',
    files: {
      'tsconfig.json':
        '{ "compilerOptions": { "jsx": "react", "jsxFactory": "make.element", "jsxFragmentFactory": "make.all", "allowJs": true } }',
      'src/app.jsx': `
        import { make } from './make.js';
        import { part } from './part';
        console.log(JSON.stringify(<><a href="#">{part}</a></>), import.meta.filename.endsWith('src/app.jsx'));`,
      'src/part.jsx': "import { make } from './make.js';\nexport const part = <i>part</i>;\n",
      'src/make.ts': "export const make = { all: 'all', element: (...all: unknown[]) => all };\n",
    },
  },
  'CommonJS in .jsx and .tsx': {
    entry: 'src/app.tsx',
    files: {
      ...runtime('first'),
      'package.json': '{}',
      'tsconfig.json':
        '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "first", "module": "CommonJS", "allowJs": true } }',
      'node_modules/first/package.json': '{"name":"first"}',
      'node_modules/first/jsx-runtime.js':
        "exports.jsx = exports.jsxs = (type, props) => ({ type, props });\nexports.Fragment = 'all';\n",
      'src/app.tsx':
        "const { view } = require('./view');\nconsole.log(JSON.stringify([view, <></>]), require.main === module);\n",
      'src/view.jsx': 'exports.view = <p>{__filename.endsWith("view.jsx") ? "yes" : "no"}</p>;\n',
    },
  },
};

const tsx = join(repository, 'node_modules/tsx/dist/cli.mjs');

for (const [name, program] of Object.entries(programs)) {
  const expect = (project: Parameters<Parameters<typeof endsAs>[2]>[0]) => endOf(project, [tsx, program.entry]);
  test(name, () => endsAs(program, 'whole', expect));
  test(`in pieces: ${name}`, () => endsAs(program, 'pieces', expect));
}
