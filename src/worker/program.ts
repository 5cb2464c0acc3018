import { dirname } from 'node:path';
import { SHARING } from '../protocol/late.js';
import type { Program } from '../protocol/messages.js';
import { halt } from './ahead/warm.js';
import { begin } from './begin.js';
import { holdOn, send } from './channel.js';
import { startClock, tellClock } from './clock.js';
import { giveUp } from './failure.js';
import { tellOfDebugger } from './inspect/tell.js';
import { openRealm } from './late/realm.js';
import { start as startPages } from './live/pages.js';
import { remember } from './numbers.js';
import { askUntilReady } from './ready-url.js';
import { rehearsed } from './rehearse.js';

/** Node's way of an error that nobody has caught. It may be gone one day. */
const { _fatalException: fatal } = process as unknown as {
  _fatalException?(error: unknown, rejected: boolean): boolean;
};

/** Makes this process the app: what follows runs as if node had been started with the source entry. */
export async function load(program: Program): Promise<void> {
  const { file, entry, args, numbers, readyUrl } = program;
  await rehearsed();
  if (program.timing) startClock();
  process.argv = [process.argv[0] ?? process.execPath, entry, ...args];
  openRealm({ folder: dirname(file), entry, onAlone: () => giveUp(SHARING) });
  remember(numbers);
  process.setSourceMapsEnabled(true);
  // A script ends by itself; the channel must not keep it.
  holdOn(false);
  if (readyUrl !== null) void askUntilReady(readyUrl);
  if (program.inspector !== null) tellOfDebugger(program.inspector);
  if (program.liveReload) startPages(program.generation, program.trouble);
  try {
    await settled(begin(file, halt(file.endsWith('.cjs'))));
  } catch (error) {
    // Out of this promise, into the path that every uncaught error takes.
    process.nextTick(() => {
      if (fatal === undefined || process.listenerCount('uncaughtException') === 0) throw error;
      // To the app's own handler the entry is what node has it for: a promise that was rejected.
      fatal(error, true);
    });
    return;
  }
  // A rejection or a throw of the same turn comes first.
  tellClock();
  setImmediate(() => send({ tag: 'evaluated' }));
}

/** As node: a process that ends while the entry's top-level await is pending says so by its exit code. */
async function settled(loading: Promise<unknown>): Promise<void> {
  const unsettled = (): void => {
    process.exitCode ??= 13;
  };
  process.on('exit', unsettled);
  try {
    await loading;
  } finally {
    process.off('exit', unsettled);
  }
}
