import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rewrite } from '../../dist/build/rewrite.js';

/** The text behind the rewriting, with the prelude as `§`. */
const cases: readonly [name: string, source: string, text: string, entry?: boolean][] = [
  ['a file that asks nothing stays as it is', 'export const a = 1;', 'export const a = 1;'],
  ['import.meta.url', 'log(import.meta.url)', '§log(import.meta.url)'],
  ['behind a hashbang', '#!/usr/bin/env node\nlog(__dirname)', '#!/usr/bin/env node\n§log(__dirname)'],
  ['behind a directive', "'use strict';\nlog(__dirname)", "'use strict';§\nlog(__dirname)"],
  [
    'behind comments and directives',
    '// c\n/* d */ "use strict"\nlog(__filename)',
    '// c\n/* d */ "use strict"§\nlog(__filename)',
  ],
  ['not behind a comment alone', '// c\nlog(__filename)', '§// c\nlog(__filename)'],
  [
    'require.main === module in the entry',
    'if (require.main === module) go()',
    'if (true                   ) go()',
    true,
  ],
  ['require.main === module elsewhere', 'if (require.main === module) go()', 'if (false                  ) go()'],
  [
    'module !== require.main in the entry',
    'if (module !== require.main) go()',
    'if (false                  ) go()',
    true,
  ],
  ['require.main.filename', 'log(require.main.filename)', '§log(require.main.filename)'],
  ['a computed require', 'require(name)', '§__zdrFileRequire(name)'],
  ['a computed import', 'await import(name)', '§await __zdrFileImport(name)'],
  ['a computed import in a condition', 'x ? import(a) : b', '§x ? __zdrFileImport(a) : b'],
  ['a template that begins with a value', 'import(`${x}.js`)', '§__zdrFileImport(`${x}.js`)'],
  ['a constant require', 'require("x")', 'require("x")'],
  ['a constant import', "import('./x')", "import('./x')"],
  ['a computed import that begins with a constant', "import('./x/' + name)", "§__zdrFileImport('./x/' + name)"],
  ['a template with a value in it', 'import(`./x/${name}.ts`)', '§__zdrFileImport(`./x/${name}.ts`)'],
  ['a comment ahead of a computed argument', 'import(/* ignore */ name)', '§__zdrFileImport(/* ignore */ name)'],
  ['a comment ahead of a constant', "import(/* ignore */ './x')", "import(/* ignore */ './x')"],
  ['a constant import with attributes', "import('./x.json', { with: y })", "import('./x.json', { with: y })"],
  ['import.meta itself', 'const { url } = import.meta', '§const { url } = import.meta'],
  ['what a CommonJS module knows of itself', 'log(module.filename)', '§log(module.filename)'],
  ['a method called import', 'class A { import(x) { return x } }', 'class A { import(x) { return x } }'],
  ['a typed method called import', 'class A { import(x: B = f()): C { } }', 'class A { import(x: B = f()): C { } }'],
  ["somebody's import", 'store.import(x); this.#import(x)', 'store.import(x); this.#import(x)'],
];
for (const [name, source, text, entry] of cases)
  test(name, () => {
    const result = rewrite(source, '/app/a.ts', entry ? '/app/a.ts' : '/app/main.ts');
    const { shift } = result;
    const lines = result.text.split('\n');
    if (shift !== null) {
      const line = lines[shift.line - 1] ?? '';
      lines[shift.line - 1] = `${line.slice(0, shift.column)}§${line.slice(shift.column + shift.length)}`;
    }
    assert.equal(lines.join('\n'), text);
    assert.equal(lines.length, source.split('\n').length, 'no line moves');
  });
