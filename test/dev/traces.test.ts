import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { endOf, type Form } from '../support/as-node.js';
import { get } from '../support/get.js';
import { type Project, repository } from '../support/project.js';

// Stack traces of TypeScript name file, line and column of the source, as under tsx: at boot, in handlers, across `await`,
// in rejections, in threads and children, for the app's own `Error.prepareStackTrace`; after an edit, and in pieces.

const files = {
  'src/frames.ts': `
export type Frames = readonly string[];
const FRAME = /at (?:(.*?) \\()?(?:file:\\/\\/)?(\\/[^\\s)]*):(\\d+):(\\d+)/g;
/** Name, file, line and column of the frames that are the app's. */
export const frames = (stack: string | undefined): Frames =>
  [...(stack ?? '').matchAll(FRAME)]
    .filter(([, , file]) => /\\/src\\/(?:traces|deep|child|thread)\\.\\w+$/.test(file!))
    .map(([, name, file, line, column]) => [name ?? '', file!.replace(/.*\\//, ''), line, column].join(' ').replace('<anonymous> ', ' '));
`,
  'src/deep.ts': `
enum Filler { A, B = 'b' }
interface Options<T> { readonly value: T; text?: string }
export class Deep<T> {
  declare nothing: number;
  constructor(private readonly options: Options<T>, fail = false as boolean) { if (fail) throw new RangeError(Filler.B as string); }
  async low(): Promise<never> { await null; throw new Error('low' as string); }
  get value(): string | undefined { return new Error('of a getter').stack; }
  static made = (count: number): string | undefined => [count].map((n: number) => new Error(String(n)).stack)[0];
  #hidden(this: Deep<T>): unknown { return new TypeError('hidden', { cause: this.options }).stack; }
  hidden() { return this.#hidden() as string; }
  *all(): Generator<string | undefined> { yield new Error('generated').stack; }
  [Symbol.iterator]() { return this.all(); }
}
export async function high(): Promise<void> {
  const options: Options<number> = { value: 1 };
  await new Deep<number>(options).low();
}
export namespace Inner { export const at = <T,>(_?: T): string | undefined => new Error('in a namespace').stack; }
`,
  'src/thread.ts': `
import { workerData } from 'node:worker_threads';
type Data = { readonly name: string };
const { name } = workerData as Data;
async function inThread(): Promise<never> { await null; throw new Error(name satisfies string); }
await inThread();
`,
  'src/child.ts': `
interface Said { stack?: string | undefined }
function inChild(said: Said): Said { said.stack = new Error('child').stack; return said; }
process.send!(inChild({}), () => { process.disconnect(); throw new Error('of the child' as string); });
`,
  'src/traces.ts': `
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Deep, high, Inner } from './deep.js';
import { type Frames, frames } from './frames.js';
type Seen = Record<string, unknown>;
const atBoot: Frames = frames(new Error('boot').stack);
const stackOf = async (run: () => unknown): Promise<Frames> => {
  try { await run(); } catch (error) { return frames((error as Error).stack); }
  return [];
};
function sites(own: boolean): unknown {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = own ? (_: Error, all: NodeJS.CallSite[]) => all.slice(0, 2) : before;
  const stack: unknown = new Error('same place for both').stack;
  Error.prepareStackTrace = before;
  return stack;
}
/** The app's own callsites beside what node makes of the same place. */
function own(): unknown {
  const [mine, others] = [true, false].map((which: boolean) => sites(which));
  const same = (mine as NodeJS.CallSite[]).map((site) =>
    [site.getFunctionName() ?? '', site.getFileName()?.replace(/.*\\//, ''), site.getLineNumber(), site.getColumnNumber()].join(' '));
  return [same, frames(String(others)).slice(0, 2)];
}
export async function traces(): Promise<Seen> {
  const deep = new Deep({ value: '' });
  const captured: { stack?: string } = {};
  (function capture(): void { Error.captureStackTrace(captured, capture); })();
  const rejected = new Promise<Frames>((resolve) => process.once('unhandledRejection', (error: Error) => resolve(frames(error.stack))));
  void (async (text: string): Promise<void> => { await null; throw new Error(text); })('nobody handles it');
  const child = fork(new URL('./child.ts', import.meta.url), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let written = '';
  child.stderr!.setEncoding('utf8').on('data', (part: string) => (written += part));
  const [[said]] = await Promise.all([once(child, 'message'), once(child, 'close')]) as [[{ stack: string }], unknown];
  const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { name: 'thread' } });
  const [inThread] = await once(thread, 'error').catch((error: unknown) => [error]) as [Error];
  return {
    atBoot, own: own(), captured: frames(captured.stack), rejected: await rejected,
    awaited: await stackOf(high), all: await stackOf(async () => { await Promise.all([high(), null]); }),
    constructed: await stackOf(() => new Deep({ value: 1 } as const, true)),
    members: [deep.value, Deep.made(1), deep.hidden(), [...deep][0], Inner.at<number>()].map(frames),
    timer: await new Promise<Frames>((resolve) => { setTimeout(() => resolve(frames(new Error('timer').stack)), 1); }),
    child: frames(said.stack), childEnd: frames(written), thread: frames(inThread.stack),
  };
}
`,
  'src/app.ts': `
import { createServer } from 'node:http';
import { traces } from './traces.js';
if (process.argv[2] === 'print') console.log(JSON.stringify(await traces()));
else createServer(async (_request, response) => { response.end(JSON.stringify(await traces())); }).listen(0);
`,
};

const tsx = join(repository, 'node_modules/tsx/dist/cli.mjs');

interface Seen {
  readonly own: readonly (readonly string[])[];
  readonly thread: readonly string[];
}

async function underTsx(project: Project): Promise<Seen> {
  const { stdout, stderr } = await endOf(project, [tsx, 'src/app.ts', 'print']);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Seen;
}

/** What an app prints under zdr and under tsx. */
async function check(project: Project, seen: Seen): Promise<void> {
  const { own, thread, ...ours } = seen;
  const { own: _own, thread: _thread, ...theirs } = await underTsx(project);
  assert.deepEqual(ours, theirs);
  // tsx gives an app's own `Error.prepareStackTrace` what runs, and on Node 20 it has no threads in TypeScript.
  assert.deepEqual(own[0], own[1]);
  assert.equal(own[0]?.length, 2);
  const text = await project.read('src/thread.ts');
  const place = (what: string): string => {
    const before = text.slice(0, text.indexOf(what)).split('\n');
    return `thread.ts ${before.length} ${before.at(-1)!.length + 1}`;
  };
  assert.deepEqual(thread, [`inThread ${place('new Error')}`, `async  ${place('await inThread')}`]);
}

for (const form of ['whole', 'pieces'] satisfies Form[])
  test(`stack traces of TypeScript, ${form}`, () =>
    withApp(
      'http',
      {
        env: form === 'pieces' ? { ZDR_TEST_PIECES: 'always' } : {},
        before: async (project) => {
          for (const [file, text] of Object.entries(files)) await project.write(file, text);
        },
      },
      async ({ project, zdr }) => {
        const first = await get(zdr.where);
        await check(project, first as unknown as Seen);
        // What changes no code is no rollover: places are those of the source that runs.
        const since = zdr.now();
        await project.edit('src/deep.ts', (text) => `\ninterface Added { a: 1 }\n${text}`);
        await zdr.event('unchanged', {}, since);
        assert.deepEqual(await get(zdr.where), first);
        for (const file of ['src/traces.ts', 'src/deep.ts', 'src/thread.ts', 'src/child.ts'])
          await zdr.rollover(() =>
            project.edit(
              file,
              (text) =>
                `\ntype Moved = 1;\n${text.replaceAll(' new ', '   new ')}Object.assign(globalThis, { now: '${file}' });\n`,
            ),
          );
        const after = await get(zdr.where);
        await check(project, after as unknown as Seen);
        assert.notDeepEqual(after, first);
      },
    ));
