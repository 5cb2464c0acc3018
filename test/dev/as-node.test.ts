import { test } from 'node:test';
import { type Program, endsAsUnderNode } from '../support/as-node.js';

// JavaScript programs print under zdr what they print under node.

const esm =
  '{"type":"module","name":"me","exports":{"./self":"./self.js"},"imports":{"#x":{"special":"./x1.js","default":"./x2.js"}}}';

const programs: Readonly<Record<string, Program>> = {
  'where am I, in ES modules': {
    files: {
      'app.js': `
        import { m } from './in/m.js';
        const { url, dirname } = import.meta;
        console.log(url, dirname, import.meta.filename, Object.keys(import.meta).sort().join(), m);
        console.log(import.meta.resolve('./x'), import.meta.resolve('fs'), process.argv.slice(1), process.cwd());
        console.log(process.execArgv, process.env.NODE_OPTIONS, process.title, process.argv0, Object.keys(process.env).filter((n) => /UNIQUE|ZDR_(?!TEST)/.test(n)));`,
      'in/m.js':
        'export const m = [import.meta.url, import.meta.filename, import.meta.dirname, import.meta.resolve("../x")];',
    },
  },
  'where am I, in CommonJS': {
    entry: 'app.cjs',
    files: {
      'app.cjs': `
        console.log(require.main === module, module.id, module.filename, module.path, module.paths[0], require.main.filename, __dirname, this === module.exports);
        console.log(require.resolve('./b.cjs'), require('./b.cjs'), require.resolve.paths('x')[0]);`,
      'b.cjs':
        'module.exports = [module.id, module.filename, module.path, module.paths[0], module.parent.filename, require.main === module, __filename];',
    },
  },
  'modules of node that it does not use are not loaded': {
    files: {
      'app.js': `
        import { createServer, get } from 'node:http';
        const server = createServer((_request, response) => response.end());
        server.listen(0, () => get({ port: server.address().port, agent: false }, (response) => {
          response.resume().once('end', () => {
            console.log(process.moduleLoadList.filter((name) => /tls|http2|https|inspector/.test(name)).sort().join());
            server.close();
          });
        }));`,
    },
  },
  'modules of node that only its ES module of http loads are not loaded': {
    entry: 'app.cjs',
    files: {
      'app.cjs': `
        const { createServer, get } = require('node:http');
        const server = createServer((_request, response) => response.end());
        server.listen(0, () => get({ port: server.address().port, agent: false }, (response) => {
          response.resume().once('end', () => {
            console.log(process.moduleLoadList.filter((name) => /undici|tls|http2|https|inspector/.test(name)).sort().join());
            server.close();
          });
        }));`,
    },
  },
  'names, conditions, JSON, interop': {
    flags: ['-C', 'special'],
    files: {
      'package.json': esm,
      'x1.js': 'export default "special";',
      'x2.js': 'export default "default";',
      'self.js': 'export default "self";',
      'j.json': '{"a":1}',
      'late.cjs': 'exports.late = 1;',
      'app.js': `
        import { createRequire } from 'node:module';
        import x from '#x';
        import self from 'me/self';
        import common, { one } from 'common';
        import * as ns from 'common';
        import es, { two } from 'compiled';
        import json from './j.json' with { type: 'json' };
        const require = createRequire(import.meta.url);
        console.log(x, self, common, one, Object.keys(ns).sort().join(), es, two, json.a, require('./j.json').a);
        const late = './late.cjs';
        console.log(Object.keys(await import(late)).sort().join(), Object.keys(await import('./late.cjs')).sort().join());
        console.log((await import('./j.json', { with: { type: 'json' } })).default === json);
        for (const name of ['nowhere', './nowhere.js']) await import(name).catch((error) => console.log(error.code));
        try { require('nowhere'); } catch (error) { console.log(error.code); }`,
      'node_modules/common/package.json': '{}',
      'node_modules/common/index.js': 'exports.one = 1; exports.more = 2;',
      'node_modules/compiled/package.json': '{}',
      'node_modules/compiled/index.js':
        'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "d"; exports.two = 2;',
    },
  },
  'names of functions and classes': {
    files: {
      'app.js': `
        import byDefault from './d.js';
        import { helper as other, K as Other } from './b.js';
        function helper() {}
        class K { static s = 1; }
        const arrow = () => {};
        console.log(helper.name, other.name, K.name, Other.name, arrow.name, byDefault.name, (class {}).name, Reflect.ownKeys(K).join());`,
      'b.js': 'export function helper() {}\nexport class K {}\n',
      'd.js': 'export default function () {}\n',
    },
  },
  'errors and ends': {
    files: {
      'app.js': `
        const place = (error) => /app\\.js:\\d+:\\d+/.exec(error.stack)?.[0];
        async function inner() { await 1; throw new Error('async'); }
        async function outer() { await inner(); }
        await outer().catch((error) => console.log(error.stack.match(/app\\.js:\\d+:\\d+/g)));
        process.on('uncaughtException', (error, origin) => console.log(error.message, origin, place(error)));
        process.on('beforeExit', () => console.log('before', process.exitCode));
        process.on('exit', (code) => console.log('exit', code));
        Promise.reject(new Error('rejected'));
        setTimeout(() => { throw new Error('thrown'); }, 5);
        process.exitCode = 0;`,
    },
  },
  "an app's own Error.prepareStackTrace, and a package's": {
    files: {
      'app.js': `
        import caller from 'caller';
        const before = Error.prepareStackTrace;
        Error.prepareStackTrace = (_error, frames) => frames.slice(0, 2).map((f) => [f.getFileName(), f.getLineNumber(), f.getColumnNumber(), f.getFunctionName(), String(f)].join(' '));
        function where() { return new Error('x').stack; }
        console.log(where());
        Error.prepareStackTrace = before;
        console.log(/app\\.js:\\d+:\\d+/.exec(new Error('plain').stack.split('\\n')[1])[0]);
        console.log(caller());`,
      'node_modules/caller/package.json': '{}',
      'node_modules/caller/index.js': `module.exports = () => {
        const before = Error.prepareStackTrace;
        Error.prepareStackTrace = (_, frames) => frames;
        const [, frame] = new Error().stack;
        Error.prepareStackTrace = before;
        return frame.getFileName() + ':' + frame.getLineNumber();
      };`,
    },
  },
  'wasm, text and bytes that lie next to the source': {
    files: {
      'app.js': `
        import { readFileSync } from 'node:fs';
        import { readFile } from 'node:fs/promises';
        import { text } from './in/text.js';
        const bytes = await readFile(new URL('./add.txt', import.meta.url), 'latin1');
        const wasm = Buffer.from(readFileSync(new URL(import.meta.resolve('./add.txt')), 'utf8').trim(), 'base64');
        const { instance } = await WebAssembly.instantiate(wasm);
        console.log(bytes.length, instance.exports.add(40, 2), text);`,
      // (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
      'add.txt': 'AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=\n',
      'in/text.js':
        "import { readFileSync } from 'node:fs';\nexport const text = readFileSync(import.meta.dirname + '/words.txt', 'utf8').trim();\n",
      'in/words.txt': 'words of its own\n',
    },
  },
  'bytes and wasm next to the source, in ES modules and in CommonJS; a native addon': {
    files: {
      'app.js': `
        import { copyFileSync, readFileSync, createReadStream } from 'node:fs';
        import { readFile } from 'node:fs/promises';
        import { createRequire } from 'node:module';
        import { join } from 'node:path';
        import { pathToFileURL } from 'node:url';
        import deep from './in/deep.cjs';
        const require = createRequire(import.meta.url);
        const module = new WebAssembly.Module(readFileSync(new URL('./add.wasm', import.meta.url)));
        console.log(new WebAssembly.Instance(module).exports.add(40, 2), WebAssembly.Module.exports(module));
        const { instance } = await WebAssembly.instantiate(await readFile(join(import.meta.dirname, 'add.wasm')));
        console.log(instance.exports.add(1, 2), deep);
        for await (const part of createReadStream(new URL('in/x.bin', import.meta.url))) console.log(part);
        const { transformSync } = require('oxc-transform');
        console.log(transformSync('a.ts', 'let a: number = 1').code);
        const addon = Object.keys(require.cache).find((file) => file.endsWith('.node'));
        // Both processes run at the same time: who writes over a file that is mapped ends the other one.
        const name = './own' + process.pid + '.node';
        copyFileSync(addon, new URL(name, import.meta.url));
        const own = { exports: {} };
        process.dlopen(own, join(import.meta.dirname, name));
        console.log(typeof own.exports.transformSync, typeof require(name).transformSync, require(addon) === require.cache[addon].exports);
        await import(pathToFileURL(addon).href).catch((error) => console.log(error.code));`,
      'in/deep.cjs':
        "const { readFileSync } = require('node:fs');\nconst path = require('node:path');\nmodule.exports = [readFileSync(path.join(__dirname, 'x.bin')), readFileSync(path.resolve(__filename, '../../add.wasm')).length];\n",
      'in/x.bin': Buffer.from([0, 255, 254, 10, 13, 128]),
      // (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
      'add.wasm': Buffer.from('AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=', 'base64'),
    },
  },
  'who listens, warnings, rejections, a long output before the end': {
    files: {
      'app.js': `
        const events = ['beforeExit', 'message', 'warning', 'uncaughtException', 'unhandledRejection', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'multipleResolves'];
        console.log(events.map((name) => process.listenerCount(name)).join());
        // Else node writes it to stderr, where the tests take every warning for a fault.
        process.removeAllListeners('warning');
        process.on('warning', ({ name, code, message }) => console.log(name, code, message));
        process.emitWarning('careful', { type: 'Mine', code: 'M1' });
        process.on('unhandledRejection', (reason, promise) => console.log('unhandled', reason, promise instanceof Promise));
        process.on('rejectionHandled', () => console.log('handled late'));
        const rejected = Promise.reject('why');
        setTimeout(() => rejected.catch(() => {}), 10);
        process.on('exit', (code) => console.log('exit', code));
        setTimeout(() => {
          for (let n = 0; n < 5_000; n += 1) console.log('line', n, 'x'.repeat(60));
        }, 50);`,
    },
  },
  'an app that uses node:cluster': {
    files: {
      'app.js': `
        import cluster, { isPrimary } from 'node:cluster';
        if (isPrimary) {
          console.log(cluster.isPrimary, cluster.isMaster, cluster.isWorker, cluster.worker, Object.keys(cluster.workers));
          cluster.setupPrimary({ args: ['--of', 'its own'] });
          console.log(cluster.settings.exec, cluster.settings.execArgv, cluster.settings.args);
          const worker = cluster.fork({ SEAT: '7' });
          worker.on('message', (message) => { console.log(message); worker.disconnect(); });
          worker.on('exit', (code, signal) => console.log(code, signal, worker.exitedAfterDisconnect, Object.keys(cluster.workers)));
        } else {
          process.on('message', () => {});
          process.send([cluster.isPrimary, cluster.worker.id, process.env.SEAT, process.argv.slice(1), process.execArgv, import.meta.url]);
        }`,
    },
  },
  'a child of the same file': {
    entry: 'app.cjs',
    files: {
      'app.cjs': `
        const { fork, execFileSync } = require('node:child_process');
        const me = [process.argv.slice(1), process.execArgv, require.main === module, Object.keys(process.env).filter((n) => /^NODE_(?!ENV|EXTRA)/.test(n)).join()];
        if (process.argv[2] === 'child') {
          process.send(me);
          process.once('message', () => process.disconnect());
        } else {
          console.log(JSON.stringify(me));
          console.log(execFileSync(process.execPath, ['-p', '[process.argv.length, process.execArgv.length]'], { encoding: 'utf8' }));
          const child = fork(__filename, ['child']);
          child.on('message', (message) => { console.log(JSON.stringify(message)); child.send('end'); });
          child.on('exit', (code, signal) => console.log(code, signal));
        }`,
    },
  },
  'threads, contexts, channels': {
    files: {
      'app.js': `
        import { AsyncLocalStorage } from 'node:async_hooks';
        import dc from 'node:diagnostics_channel';
        import { isMainThread, parentPort, threadId, workerData, Worker } from 'node:worker_threads';
        console.log(isMainThread, threadId, parentPort, workerData);
        const storage = new AsyncLocalStorage();
        storage.run(5, () => setTimeout(() => console.log(storage.getStore()), 1));
        dc.subscribe('x', (message) => console.log(message));
        dc.channel('x').publish('published');
        process.on('message', () => console.log('a message'));
        setTimeout(() => {
          new Worker(new URL('./thread.js', import.meta.url), { workerData: 7 })
            .on('message', (message) => { console.log(message); process.disconnect?.(); });
        }, 20);`,
      'thread.js': `
        import { isMainThread, parentPort, workerData } from 'node:worker_threads';
        parentPort.postMessage([isMainThread, workerData, import.meta.url, process.argv[1]]);`,
    },
  },
};

for (const [name, program] of Object.entries(programs)) {
  test(name, () => endsAsUnderNode(program));
  test(`in pieces: ${name}`, () => endsAsUnderNode(program, 'pieces'));
}
