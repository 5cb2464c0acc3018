import { isatty } from 'node:tty';
import type { First } from '../setup/first.js';
import type { Prepared, Sink } from '../setup/prepare.js';
import { endService, openRun } from '../setup/run.js';
import type { ZdrEvent } from '../events.js';
import { openKeyboard } from './keyboard.js';
import { actOn } from './key-actions.js';
import { leave, say } from './output.js';
import { openParent } from './parent.js';
import { exitCodeOf, onSignals } from './signals.js';
import type { Style } from './style.js';
import { canMove, openProgress } from './progress.js';
import { rememberMode } from './terminal-mode.js';
import { Terminal } from './terminal.js';
import { openTidying } from './tidy.js';
import { ownNetworks } from './urls.js';

/** How long a forced stop may take, in ms. The workers end by themselves when zdr is gone. */
const forceDeadline = 3_000;

/** Runs the app until somebody ends it, and then the process. */
export async function run(prepared: Prepared, first: First | null, version: string, style: Style): Promise<never> {
  const { options, given } = prepared;
  const { stderr } = process;
  const { cwd, entry, workers, mode, readyUrl } = options;
  const interactive = isatty(0) && stderr.isTTY === true;
  const { json = false, quiet = false } = given;
  const keyboard = interactive && !json ? openKeyboard((action) => act(action)) : null;
  const terminalMode = interactive ? rememberMode() : null;
  const keys = (): boolean => keyboard?.reads === true;
  const look = { ...style, cwd, entry, workers, mode, readyUrl, version, interactive, keys, networks: ownNetworks };
  const columns = (): number => stderr.columns ?? 0;
  const progress = interactive && !json && !quiet && canMove(process.env) ? openProgress(look, columns, say) : null;
  const write = (text: string): void => say(`${progress?.erased() ?? ''}${text}`);
  const terminal = new Terminal({ look, json, quiet, write });
  const tidying = openTidying();
  const tell = (event: ZdrEvent): void => {
    // Not before: what is typed while the app boots may be for the app.
    keyboard?.start();
    terminal.tell(event);
    tidying.heard();
  };
  const sink: Sink = {
    width: columns,
    parent: openParent(),
    onEvent: tell,
    onInput(apps) {
      keyboard?.give(apps);
      if (!apps) terminalMode?.restore();
    },
    onWork: (work) => progress?.show(work),
    // With the process: who types the command waits from then on.
    since: 0,
  };
  const running = openRun(prepared, sink, first);
  let forced: number | null = null;
  const stop = onSignals({
    stop(force, signal) {
      if (signal === 'SIGINT') terminal.interrupted();
      keyboard?.close();
      if (force) {
        const code = exitCodeOf(signal ?? 'SIGINT');
        forced = code;
        setTimeout(() => process.exit(code), forceDeadline).unref();
      }
      running.stop(force);
    },
    reload: () => void running.reload(),
    suspend() {
      terminal.interrupted();
      running.suspend();
    },
    continued: () => keyboard?.refresh(),
  });
  const act = actOn({ running, look, stop, write });
  const code = await running.closed;
  terminal.flush();
  await endService();
  return leave(forced ?? code);
}
