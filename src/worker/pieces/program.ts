import type { PieceBody, PieceProgram } from '../../protocol/pieces.js';
import { compileAhead, readBase } from './base.js';
import { Run } from './run.js';

/** What a standby has made ready. */
let ready: { readonly base: string; readonly run: Run } | null = null;

let running: Run | null = null;

function bodyOf({ __export: declare }: Readonly<Record<string, unknown>>): PieceBody {
  return function* (exports, _require, _module, imported) {
    (declare as (...args: unknown[]) => void)(exports, ['c'], [() => 0]);
    yield;
    yield;
    imported('b');
  };
}

/** For tests only: as in a standby, in any process. */
const AHEAD = process.env['ZDR_TEST_PIECES'] === 'ahead';

/** There is time to do what does not depend on the next save. */
export function getReady(base: string): void {
  const file = compileAhead(base);
  if (file === null) return;
  if (ready === null) rehearse();
  const run = new Run(file);
  run.declareAhead();
  ready = { base, run };
}

/** Runs a program of two modules that do nothing: V8 compiles the ways that the app's go. */
function rehearse(): void {
  const run = new Run((names) => [
    ['a', true, [['b', false]], { b: ['piece', 'b'] }, {}, bodyOf(names)],
    ['b', true, [], {}, {}, bodyOf(names)],
  ]);
  run.declareAhead();
  const names = { __zdrRequire: () => {} };
  run.start(
    {
      entry: 'a',
      awaits: false,
      main: null,
      base: '',
      own: (own) => [['b', true, [], {}, {}, bodyOf(own)]],
      names,
      builtins: {},
    },
    () => false,
  );
}

/** Runs a program that is given in pieces. `isShared`: a namespace that came from elsewhere. */
export function start(program: PieceProgram, isShared: (value: unknown) => boolean): unknown {
  const run = ready?.base === program.base ? ready.run : new Run(readBase(program.base));
  ready = null;
  running = run;
  if (AHEAD) run.declareAhead();
  return run.start(program, isShared);
}

/** Whether a source file is an ES module of a program in pieces. */
export function isModulePiece(path: string): boolean {
  return running?.hasModule(path) === true;
}
