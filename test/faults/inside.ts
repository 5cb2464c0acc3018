// Loaded into zdr itself by `node --import`: what the system refuses, and another clock, as the test says in files.
import fs, { existsSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, sep } from 'node:path';

const { writeFileSync: write } = fs;
const folder = process.env['ZDR_TEST_GATES'] ?? '';
const said = (name: string): string => {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

function refuse(code: string, call: string, path: string): Error {
  write(join(folder, `${call}.refused`), path);
  return Object.assign(new Error(`${code}: refused by the test, ${call} '${path}'`), { code, syscall: call, path });
}

/** `disk`: a code, and the folder below which it holds. */
const { promises } = fs;
for (const call of ['writeFile', 'mkdir', 'mkdtemp'] as const) {
  const inner = promises[call] as (path: string, ...rest: unknown[]) => Promise<unknown>;
  Reflect.set(promises, call, async (path: string, ...rest: unknown[]) => {
    const [code = '', below = ''] = said('disk').split(' ');
    if (code !== '' && String(path).startsWith(below)) throw refuse(code, 'disk', String(path));
    return inner(path, ...rest);
  });
}

Reflect.set(fs, 'writeFileSync', (path: string, ...rest: [string]) => {
  const [code = '', below = ''] = said('disk').split(' ');
  if (code !== '' && String(path).startsWith(below)) throw refuse(code, 'disk', String(path));
  return write(path, ...rest);
});

/** `watch`: what the system says when it has no watches left. */
const { watch } = fs;
Reflect.set(fs, 'watch', (path: string, ...rest: []) => {
  const code = said('watch');
  if (code !== '' && !String(path).includes(`${sep}gates`)) throw refuse(code, 'watch', String(path));
  return watch(path, ...rest);
});
syncBuiltinESMExports();

/** `clock`: how far it was set, in ms. */
const RealDate = Date;
const off = (): number => Number(said('clock'));
globalThis.Date = class extends RealDate {
  constructor(...given: []) {
    if (given.length === 0) super(RealDate.now() + off());
    else super(...given);
  }
  static override now(): number {
    return RealDate.now() + off();
  }
} as DateConstructor;
