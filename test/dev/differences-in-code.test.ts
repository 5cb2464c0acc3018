import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { type Ending, endOf, endsAs, endsAsUnderNode, type Program } from '../support/as-node.js';

// Lines of "Differences" in the README, each beside what node does.

/** Under node it is `node`, under zdr the same with another output. */
const differs = (program: Program, node: string, zdr: string): Promise<void> =>
  endsAs(program, 'whole', async (project): Promise<Ending> => {
    const end = await endOf(project, [program.entry ?? 'app.js']);
    assert.equal(end.stdout, node);
    return { ...end, stdout: zdr };
  });

const cycle: Program = {
  files: {
    'app.js': "import { a } from './a.js';\nconsole.log(a);\n",
    'a.js': "import { seen } from './b.js';\nexport const a = `a ${seen}`;\nexport class K {}\n",
    'b.js':
      "import { a, K } from './a.js';\nconst look = (get) => { try { return String(get()); } catch (error) { return error.name; } };\nexport const seen = [look(() => a), look(() => K), look(() => typeof a)].join();\n",
  },
};

test('in a cycle, what is not evaluated yet is undefined in one bundle', () =>
  differs(cycle, 'a ReferenceError,ReferenceError,ReferenceError\n', 'a undefined,undefined,undefined\n'));

test('in a cycle, what is not evaluated yet is a ReferenceError in pieces, as under node', () =>
  endsAsUnderNode(cycle, 'pieces'));

test('to assign to a namespace fails the build', () =>
  withApp(
    'script',
    {
      ready: false,
      before: (project) =>
        project.write(
          'src/app.ts',
          "import * as fs from 'node:fs';\n\n// @ts-expect-error: it is none of its names.\nfs.x = 1;\n",
        ),
    },
    async ({ zdr }) => {
      const { errors } = await zdr.event('build-failed');
      assert.match(errors[0]?.text ?? '', /Cannot assign to import "x"/);
      assert.equal(errors[0]?.line, 4);
    },
  ));

test('the text of a function has the names and the helpers of the bundle; its name is as written', () =>
  differs(
    {
      files: {
        'app.js':
          "import { helper as other } from './b.js';\nfunction helper() { return () => 1; }\nfunction outer() { const inner = () => 1; return inner; }\nconst shown = (f) => String(f).replaceAll(/\\s+/g, ' ');\nconsole.log(helper.name, other.name, outer().name);\nconsole.log([helper, other, outer].map(shown).join('\\n'));\n",
        'b.js': 'export function helper() { return 2; }\n',
      },
    },
    'helper helper inner\nfunction helper() { return () => 1; }\nfunction helper() { return 2; }\nfunction outer() { const inner = () => 1; return inner; }\n',
    'helper helper inner\nfunction helper2() { return () => 1; }\nfunction helper() { return 2; }\nfunction outer() { const inner = /* @__PURE__ */ __name(() => 1, "inner"); return inner; }\n',
  ));

test('ES modules have __dirname, __filename and require', () =>
  differs(
    { files: { 'app.js': 'console.log(typeof __dirname, typeof __filename, typeof require);\n' } },
    'undefined undefined undefined\n',
    'string string function\n',
  ));

test('a deprecation that node does not tell of packages is not told of the app', () => {
  const program: Program = {
    entry: 'app.cjs',
    files: {
      'node_modules/some/package.json': '{}',
      'app.cjs':
        "process.removeAllListeners('warning');\nprocess.on('warning', ({ code }) => console.log(code));\nnew Buffer(1);\n",
    },
  };
  return differs(program, 'DEP0005\n', '');
});

test('require.cache has packages, and not the files of the app', () =>
  differs(
    {
      entry: 'app.cjs',
      files: {
        'node_modules/some/index.js': '',
        'part.cjs': '',
        'app.cjs':
          "require('some');\nrequire('./part.cjs');\nconsole.log(Object.keys(require.cache).map((file) => file.replace(/.*\\/app\\//, '')).filter((file) => !file.includes('zdr')).join());\n",
      },
    },
    'app.cjs,node_modules/some/index.js,part.cjs\n',
    'node_modules/some/index.js\n',
  ));

test('what has not run yet, and is first needed by a file that only the run shows, is evaluated for each', () =>
  differs(
    {
      files: {
        'app.js':
          "const name = './late.js';\nawait import(name);\nconst { made } = await import('./both.js');\nconsole.log(made === globalThis.made);\n",
        'late.js': "import { made } from './both.js';\nglobalThis.made = made;\n",
        'both.js': "console.log('evaluated');\nexport const made = {};\n",
      },
    },
    'evaluated\ntrue\n',
    'evaluated\nevaluated\nfalse\n',
  ));

test('process.features.typescript says that .ts files can be loaded', () =>
  endsAs(
    { files: { 'app.js': 'console.log(process.features.typescript);\n' } },
    'whole',
    async (project): Promise<Ending> => {
      const end = await endOf(project, ['app.js']);
      // What node can do by itself stays.
      return /strip|transform/.test(end.stdout) ? end : { ...end, stdout: 'transform\n' };
    },
  ));
