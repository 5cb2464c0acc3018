import {
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ANSWERED, type Answer, type Ask, ASKED, MAILBOX } from '../protocol/late.js';

/** Takes asks of the app's processes and threads and gives back what comes of them. */
export interface Mailbox {
  close(): void;
}

/** File systems without events are looked at this often, in ms. */
const EVERY = 500;

export function openMailbox(folder: string, onAsk: (ask: Ask) => Promise<Answer>): Mailbox {
  const place = join(folder, MAILBOX);
  mkdirSync(place, { recursive: true });
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(place, look);
    watcher.on('error', () => {});
  } catch {
    // No watches left: the timer looks.
  }
  const timer = setInterval(look, EVERY);
  timer.unref();

  function look(): void {
    for (const name of list(place)) if (name.endsWith(ASKED)) void answer(name.slice(0, -ASKED.length));
  }

  async function answer(id: string): Promise<void> {
    const asked = join(place, id + ASKED);
    let ask: Ask;
    try {
      ask = JSON.parse(readFileSync(asked, 'utf8')) as Ask;
      rmSync(asked);
    } catch {
      // Another look has it.
      return;
    }
    const told = await onAsk(ask);
    try {
      writeFileSync(join(place, id), JSON.stringify(told));
      renameSync(join(place, id), join(place, id + ANSWERED));
    } catch {
      // The folder is gone: so is who asked.
    }
  }

  return {
    close() {
      clearInterval(timer);
      watcher?.close();
    },
  };
}

function list(place: string): string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}
