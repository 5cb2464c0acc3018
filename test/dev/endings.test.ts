import { test } from 'node:test';
import { endAsUnderNode } from '../support/scripts-as-node.js';

// How a process ends, and what node says of it: exit codes, handlers, warnings.

const tells = `
  process.on('beforeExit', (code) => console.log('before', code, process.exitCode));
  process.on('exit', (code) => console.log('exit', code, process.exitCode));`;

test('exitCode, exit and beforeExit, process.exit in each of them', () =>
  endAsUnderNode({
    'an exit code': `${tells} process.exitCode = 4; setTimeout(() => {}, 20);`,
    'changed at the end': `${tells} process.on('exit', () => { process.exitCode = 7; });`,
    'work in beforeExit': `${tells} let n = 0; process.on('beforeExit', () => { if (n++ < 2) setTimeout(() => console.log(n), 5); });`,
    'exit in beforeExit': `${tells} process.on('beforeExit', () => process.exit(5));`,
    'exit in exit': `process.on('exit', () => { console.log('once'); process.exit(6); });`,
    'exit in a promise': `${tells} await new Promise((done) => setTimeout(done, 5)); process.exit(8);`,
    'exit without a number': `${tells} process.exitCode = 9; process.exit();`,
    'exit in a handler': `${tells} process.on('uncaughtException', (e, origin) => { console.log(e.message, origin); process.exit(10); }); throw new Error('caught');`,
    'a throw in exit': `process.on('exit', () => { throw new Error('at the end'); });`,
    'a throw in a handler': `${tells} process.on('uncaughtException', () => { throw new Error('again'); }); setTimeout(() => { throw new Error('first'); }, 5);`,
    'process.abort is not reached': `${tells} process.exitCode = 0; process.exit(11); process.abort();`,
  }));

test('what is thrown and nobody catches: at the top, in a timer, a promise, a listener; an error or not', () =>
  endAsUnderNode({
    'at the top': `${tells}\nthrow new TypeError('at the top');`,
    'in a timer': `${tells}\nsetTimeout(() => { throw new RangeError('in a timer'); }, 5);`,
    'in a promise': `${tells}\nPromise.reject(new Error('in a promise'));`,
    'in a microtask': `${tells}\nqueueMicrotask(() => { throw new Error('in a microtask'); });`,
    'an error event': `import { EventEmitter } from 'node:events'; ${tells}\nsetTimeout(() => new EventEmitter().emit('error', new Error('an event')), 5);`,
    'with a cause': `${tells}\nthrow new Error('outer', { cause: new Error('inner') });`,
    'several origins': `
      process.on('uncaughtException', (error, origin) => console.log(error?.message ?? error, origin));
      process.on('uncaughtExceptionMonitor', (error, origin) => console.log('seen', error?.message ?? error, origin));
      ${tells}
      setTimeout(() => { throw new Error('thrown'); }, 5);
      setTimeout(() => { Promise.reject(new Error('rejected')); }, 10);
      setTimeout(() => { throw 'a string'; }, 15);
      setTimeout(() => { throw null; }, 20);`,
    'a capture callback': `process.setUncaughtExceptionCaptureCallback((e) => console.log('captured', e.message)); ${tells} setTimeout(() => { throw new Error('thrown'); }, 5);`,
  }));

const rejects = `${tells}
  const after = () => new Promise((done) => setTimeout(done, 5));
  await after();
  Promise.reject(new Error('nobody handles it'));
  await after();
  const late = Promise.reject(new Error('handled late'));
  await after();
  late.catch(() => console.log('late'));
  await after();
  console.log('goes on');`;

for (const mode of ['strict', 'warn', 'none', 'throw', 'warn-with-error-code'])
  test(`rejections that nobody handles, --unhandled-rejections=${mode}`, () =>
    endAsUnderNode(
      {
        'no handler': rejects,
        uncaughtException: `process.on('uncaughtException', (error, origin) => console.log(error.message, origin));\n${rejects}`,
        unhandledRejection: `process.on('unhandledRejection', (error) => console.log('unhandled', error.message)).on('rejectionHandled', () => console.log('handled'));\n${rejects}`,
      },
      { NODE_OPTIONS: `--unhandled-rejections=${mode}` },
    ));

const warns = `
  import { EventEmitter } from 'node:events';
  process.emitWarning('careful', { type: 'Mine', code: 'M1', detail: 'more of it' });
  process.emitWarning('an old way', 'DeprecationWarning', 'DEP_MINE');
  process.emitWarning(new Error('an error as a warning'));
  const emitter = new EventEmitter();
  for (let n = 0; n < 12; n += 1) emitter.on('event', () => {});
  setTimeout(() => {}, 20);`;

for (const flags of [
  '',
  '--trace-warnings',
  '--trace-deprecation',
  '--no-deprecation',
  '--no-warnings',
  '--throw-deprecation',
])
  test(`warnings${flags === '' ? '' : `, ${flags}`}`, () =>
    endAsUnderNode(
      { warned: warns, 'and heard': `process.on('warning', ({ name, code }) => console.log(name, code));\n${warns}` },
      { NODE_OPTIONS: flags },
    ));
