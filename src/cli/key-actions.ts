import type { Running } from '../setup/run.js';
import { addressLines } from './banner.js';
import { keys, type KeyAction } from './keys.js';
import type { Look } from './look.js';
import { statusLines } from './status-lines.js';

interface Surroundings {
  readonly running: Running;
  readonly look: Look;
  /** As Ctrl-C does. */
  readonly stop: () => void;
  write(text: string): void;
}

/** Does what a key asks for. */
export function actOn({ running, look, stop, write }: Surroundings): (action: KeyAction) => void {
  const { paint } = look;
  const say = (...lines: readonly string[]): void => write(`${lines.join('\n')}\n`);
  return (action) => {
    switch (action) {
      case 'reload':
        return void running.reload();
      case 'end-draining':
        if (running.endDraining() === 0) say(paint.dim('  nothing drains'));
        return;
      case 'status':
        return void running.status().then((status) => {
          say('', ...statusLines(status, look, process.stderr.columns || 80), '');
        });
      case 'urls':
        return void running.status().then(({ addresses }) => {
          if (addresses.length === 0) return say(paint.dim('  no server'));
          say(...addresses.flatMap((address) => addressLines(address, look)));
        });
      case 'pause':
        if (running.togglePause() === 'off') say(paint.dim('  zdr start does not watch'));
        return;
      case 'clear':
        if (process.env['TERM'] !== 'dumb') write(CLEAR);
        return;
      case 'quit':
        return stop();
      case 'help':
        return say('', ...keys.map(({ key, text }) => `  ${paint.cyan(key)}  ${text}`), '');
    }
  };
}

/** The screen and what has scrolled out of it. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';
