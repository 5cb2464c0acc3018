import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { endsAsUnderNode } from '../support/as-node.js';
import { get } from '../support/get.js';

// Threads and children of an app, with what they can be given: as under node.

const run = `
  import { once } from 'node:events';
  import { text } from 'node:stream/consumers';
  const run = async (child) => {
    const [out, err] = [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : ''));
    const [code, signal] = await once(child, 'close');
    console.log(JSON.stringify([await out, /Error: .*|$/.exec(await err)[0], code, signal]));
  };`;

test('children by spawn, fork, execFile, a shell: arguments, flags, environment, ends', () =>
  endsAsUnderNode({
    files: {
      'app.js': `
        import { execFile, fork, spawn, spawnSync } from 'node:child_process';
        ${run}
        await run(spawn(process.execPath, ['child.js', 'a'], { cwd: import.meta.dirname }));
        await run(spawn(process.execPath, ['--no-warnings', 'child.js'], { env: { B: '1', PATH: process.env.PATH } }));
        await run(spawn('node', ['child.js', 'a', 'exit']));
        await run(spawn('node child.js b throw', { shell: true }));
        await run(spawn(process.execPath, ['--input-type=module', '-e', 'console.log(process.argv.length, import.meta.url.slice(0, 5))']));
        await run(fork('child.js', ['f'], { silent: true, execArgv: ['--no-warnings'] }));
        await run(fork(new URL('./child.js', import.meta.url), ['f', 'throw'], { silent: true }));
        await run(fork('./child.js', ['f', 'kill'], { silent: true }));
        await run(execFile(process.execPath, ['child.js']));
        const { stdout, status } = spawnSync(process.execPath, ['child.js', 's', 'exit'], { encoding: 'utf8' });
        console.log(stdout, status);`,
      'child.js': `
        console.log(process.argv.slice(1), process.execArgv, process.env.B, process.send !== undefined, import.meta.url);
        if (process.argv[3] === 'exit') process.exit(4);
        if (process.argv[3] === 'throw') throw new Error('in the child');
        if (process.argv[3] === 'kill') process.kill(process.pid, 'SIGKILL');
        process.disconnect?.();`,
    },
  }));

test('threads: eval, data:, execArgv, env, standard streams, limits, exit codes, their own threads', () =>
  endsAsUnderNode({
    files: {
      'app.js': `
        import dc from 'node:diagnostics_channel';
        import { once } from 'node:events';
        import { text } from 'node:stream/consumers';
        import { SHARE_ENV, Worker } from 'node:worker_threads';
        dc.subscribe('worker_threads', ({ worker }) => console.log('a thread', worker instanceof Worker));
        const ends = async (worker) => console.log('ended', await new Promise((done) => worker.once('exit', done)));
        await ends(new Worker('console.log("eval", process.argv.length, require("node:worker_threads").isMainThread)', { eval: true }));
        await ends(new Worker(new URL('data:text/javascript,console.log("data", import.meta.url.length)')));
        process.env.SHARED = 'yes';
        await ends(new Worker(new URL('./shared.js', import.meta.url), { env: SHARE_ENV }));
        console.log(process.env.SHARED);
        const worker = new Worker(new URL('./thread.js', import.meta.url), {
          stdin: true, stdout: true, stderr: true, env: { A: '1' }, execArgv: ['--no-warnings'], argv: ['q'],
          resourceLimits: { maxOldGenerationSizeMb: 50 }, workerData: new Map([[1, 2]]), name: 'named',
        });
        worker.stdin.end('hello');
        const said = Promise.all([text(worker.stdout), text(worker.stderr)]);
        await ends(worker);
        console.log(await said);
        const failing = new Worker(new URL('./failing.js', import.meta.url));
        failing.on('error', (error) => console.log(error.name, error.message, /failing\\.js:\\d+/.exec(error.stack)?.[0]));
        await ends(failing);`,
      'shared.js': "console.log(process.env.SHARED); process.env.SHARED = 'changed';\n",
      'failing.js': "throw new TypeError('in the thread');\n",
      'inner.js': "import { parentPort } from 'node:worker_threads';\nparentPort.postMessage('inner');\n",
      'thread.js': `
        import { once } from 'node:events';
        import { text } from 'node:stream/consumers';
        import { isMainThread, resourceLimits, Worker, workerData } from 'node:worker_threads';
        console.log([await text(process.stdin), Object.keys(process.env), process.execArgv, process.argv.slice(1), isMainThread, resourceLimits.maxOldGenerationSizeMb, workerData]);
        console.error('to stderr');
        console.log(await once(new Worker(new URL('./inner.js', import.meta.url)), 'message'));
        process.exit(5);`,
    },
  }));

test('in TypeScript: spawn, a thread by a computed name, one that appears later; an edit of each goes live', () =>
  withApp(
    'http',
    {
      before: async (project) => {
        await project.write('src/child.ts', "const said: string = 'child 1';\nconsole.log(said, process.argv[2]);\n");
        await project.write(
          'src/threads/one.ts',
          "import { parentPort } from 'node:worker_threads';\nparentPort!.postMessage('thread 1' as string);\n",
        );
        await project.write(
          'src/app.ts',
          `import { spawn } from 'node:child_process';
           import { once } from 'node:events';
           import { createServer } from 'node:http';
           import { text } from 'node:stream/consumers';
           import { Worker } from 'node:worker_threads';
           createServer(async (request, response) => {
             const name = request.url!.slice(1);
             try {
               const child = spawn(process.execPath, ['src/child.ts', 'x'], { stdio: ['ignore', 'pipe', 'inherit'] });
               // At once: what nobody reads is thrown away when a child ends.
               const said = text(child.stdout);
               const [thread] = await once(new Worker(new URL('./threads/' + name + '.ts', import.meta.url)), 'message');
               response.end(JSON.stringify([await said, thread]));
             } catch (error) { response.end(JSON.stringify(String(error))); }
           }).listen(0);`,
        );
      },
    },
    async ({ project, zdr }) => {
      assert.deepEqual(await get(zdr.where, '/one'), ['child 1 x\n', 'thread 1']);
      await zdr.rollover(() => project.edit('src/child.ts', (text) => text.replace('child 1', 'child 2')));
      assert.deepEqual(await get(zdr.where, '/one'), ['child 2 x\n', 'thread 1']);
      await zdr.rollover(() => project.edit('src/threads/one.ts', (text) => text.replace('thread 1', 'thread 2')));
      assert.deepEqual(await get(zdr.where, '/one'), ['child 2 x\n', 'thread 2']);
      assert.match(String(await get(zdr.where, '/two')), /Cannot find module .*two\.ts/);
      const one = await project.read('src/threads/one.ts');
      await project.write('src/threads/two.ts', one.replace('thread 2', 'thread of its own'));
      assert.deepEqual(await get(zdr.where, '/two'), ['child 2 x\n', 'thread of its own']);
    },
  ));
