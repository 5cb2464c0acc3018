import { test } from 'node:test';
import { endsAsUnderNode, type Program } from '../support/as-node.js';

// Errors, warnings and ends of JavaScript programs: what node writes to stderr, and the exit code.

const deep = `
  export class Deep extends Error { name = 'Deep'; details = { a: [1, 2] }; }
  export function fail(text) {
    throw new Deep(text, { cause: new RangeError('below') });
  }`;

const programs: Readonly<Record<string, Program>> = {
  'an error at boot, with a cause and properties': {
    files: {
      'deep.js': deep,
      'app.js': "import { fail } from './deep.js';\nconsole.error('before');\n\nfail('at boot');\n",
    },
  },
  'an error at boot in CommonJS, and what listens to the end': {
    entry: 'app.cjs',
    files: {
      'app.cjs':
        "const { inner } = require('./inner.cjs');\nprocess.on('exit', (code) => console.error('exit', code));\n{ inner({ a: 1 }); }\n",
      'inner.cjs': 'exports.inner = function named(value) {\n  return value.b.c;\n};\n',
    },
  },
  'an error behind a top-level await, thrown by a function that waited': {
    files: {
      'app.js':
        "import { setImmediate } from 'node:timers/promises';\nasync function low() {\n  await setImmediate();\n  throw new TypeError('low');\n}\nconst high = async () => { await low(); };\nclass Mid { async run() { return await high(); } }\nawait new Mid().run();\n",
    },
  },
  'what is thrown is no error': { files: { 'app.js': "throw { code: 'X', n: [1] };\n" } },
  'what is thrown is a text': { entry: 'app.cjs', files: { 'app.cjs': "throw 'text';\n" } },
  'several errors at once': {
    files: { 'app.js': "throw new AggregateError([new Error('one'), new TypeError('two')], 'both');\n" },
  },
  'a rejection at boot that nobody handles': {
    files: { 'app.js': "async function run() { throw new Error('rejected'); }\nrun();\n" },
  },
  'a rejection that is no error': { files: { 'app.js': 'Promise.reject({ a: 1 });\n' } },
  'an error in a callback, after the boot': {
    files: {
      'deep.js': deep,
      'app.js':
        "import { fail } from './deep.js';\nconsole.log('booted');\nconst later = () => fail('later');\nsetTimeout(() => later(), 300);\n",
    },
  },
  'a rejection after the boot, of a function that waited': {
    entry: 'app.cjs',
    files: {
      'app.cjs':
        "async function low() {\n  await 1;\n  throw new Error('late');\n}\nasync function high() {\n  await low();\n}\nsetTimeout(function tick() { high(); }, 300);\n",
    },
  },
  'exit codes: said, and by the code of a handler': {
    files: {
      'app.js':
        "process.on('exit', (code) => { console.error('leaving', code); process.exitCode = 9; });\nprocess.stderr.write('no line end');\nprocess.exitCode = 4;\n",
    },
  },
  'process.exit while something is open': {
    files: { 'app.js': "setInterval(() => {}, 1000);\nconsole.error('going');\nprocess.exit(7);\n" },
  },
  'the end by a signal': {
    files: { 'app.js': "process.kill(process.pid, 'SIGKILL');\nsetInterval(() => {}, 1000);\n" },
  },
  'warnings, deprecations, traces, and errors that are printed': {
    files: {
      'deep.js': deep,
      'app.js': `
        import util from 'node:util';
        import { fail } from './deep.js';
        try { fail('printed'); } catch (error) { console.error(error); console.warn('%s', error); console.error({ error }); }
        function here() { console.trace('where %d', 1); }
        here();
        process.emitWarning('careful', { type: 'Mine', code: 'M1', detail: 'in detail' });
        process.emitWarning(new Error('an error as a warning'));
        util.deprecate(() => {}, 'old', 'DEP9')();
        console.assert(1 === 2, 'not equal');
        Buffer(1);
        new (class extends (await import('node:events')).EventEmitter {})().setMaxListeners(1).on('x', here).on('x', here);`,
    },
  },
  'an error while it serves': {
    files: {
      'deep.js': deep,
      'app.js': `
        import { createServer, get } from 'node:http';
        import { fail } from './deep.js';
        // It is answered when the app is live.
        const server = createServer((_request, response) => { response.end(); });
        server.listen(0, () => get({ port: server.address().port }, (response) => response.resume().on('end', () => fail('live'))));`,
    },
  },
  'what CommonJS defers, in its order': {
    entry: 'app.cjs',
    files: {
      'app.cjs': `
        const say = (what) => () => console.log(what);
        setImmediate(say('immediate'));
        Promise.resolve().then(say('promise')).then(say('promise 2'));
        process.nextTick(() => { say('tick')(); process.nextTick(say('tick 2')); });
        queueMicrotask(say('microtask'));
        if (process.argv[2] === undefined) require('node:child_process').fork(__filename, ['child']);
        say('end')();`,
    },
  },
  'what an ES module defers, in its order': {
    files: {
      'app.js': `
        const say = (what) => () => console.log(what);
        process.nextTick(say('tick'));
        Promise.resolve().then(say('promise'));
        await 0;
        say('awaited')();
        process.nextTick(say('tick 2'));
        setImmediate(say('immediate'));
        queueMicrotask(say('microtask'));`,
    },
  },
  'nothing that was deferred comes behind an error of CommonJS': {
    entry: 'app.cjs',
    files: {
      'app.cjs':
        "process.nextTick(() => console.log('tick'));\nPromise.resolve().then(() => console.log('promise'));\nthrow new Error('at once');\n",
    },
  },
  'an app that deals with its own errors goes on: CommonJS': {
    entry: 'app.cjs',
    files: {
      'app.cjs':
        "process.on('uncaughtException', (error, origin) => console.error(error, origin));\nsetImmediate(() => console.log('goes on'));\nthrow new Error('dealt with');\n",
    },
  },
  'an app that deals with its own errors goes on: ES modules': {
    files: {
      'app.js':
        "process.on('uncaughtException', (error, origin) => console.error(error, origin));\nsetImmediate(() => console.log('goes on'));\nthrow new Error('dealt with');\n",
    },
  },
  // Node 22 and newer name the place of the first, which is a line of zdr's.
  'a child whose top-level await is never settled, and one that throws': {
    files: {
      'app.js': `
        import { fork } from 'node:child_process';
        import { once } from 'node:events';
        for (const name of ['waits.js', 'throws.js', 'throws.cjs']) console.log(name, await once(fork(new URL(name, import.meta.url), { silent: name === 'waits.js' }), 'exit'));`,
      'waits.js': 'await new Promise(() => {});\n',
      'throws.js': "console.error('one');\nthrow new TypeError('in a child');\n",
      'throws.cjs': "console.error('two');\nthrow new TypeError('in CommonJS');\n",
    },
  },
  'a handler of unhandled rejections that throws': {
    files: {
      'app.js':
        "process.on('unhandledRejection', (reason) => { throw new Error('from the handler', { cause: reason }); });\nPromise.reject(new Error('reason'));\n",
    },
  },
};

test('no frame of zdr is in a trace of ES modules', () =>
  endsAsUnderNode({
    files: {
      'app.js': `
        const ours = (stack) => /\\/dist\\/|\\/zdr-\\d/.test(stack);
        const { stack } = new Error();
        await 0;
        console.log(ours(stack), ours(new Error().stack), stack.includes('app.js:3:'));
        const wait = async () => { await 0; return new Error().stack; };
        console.log(ours(await wait()));`,
    },
  }));

for (const [name, program] of Object.entries(programs)) {
  test(name, () => endsAsUnderNode(program));
  test(`in pieces: ${name}`, () => endsAsUnderNode(program, 'pieces'));
}
