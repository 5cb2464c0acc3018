import { existsSync, unlinkSync, writeFileSync } from 'node:fs';
import { open, rename, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** The ways in which editors and tools save a file. */
export const manners = [
  'in place',
  'rename over',
  'truncate, then write',
  'unlink, then create',
  'gone for 300 ms',
] as const;
export type Manner = (typeof manners)[number];

/**
 * One call after the other, as an editor does: on a busy machine a promise between two of them would be a file that is
 * empty for long, which is a save of its own.
 */
export async function save(file: string, content: string, manner: Manner): Promise<void> {
  switch (manner) {
    case 'in place':
      return writeFileSync(file, content);
    case 'rename over': {
      await writeFile(`${file}.new~`, content);
      return rename(`${file}.new~`, file);
    }
    case 'truncate, then write': {
      const handle = await open(file, 'w');
      await wait(25);
      await handle.writeFile(content);
      return handle.close();
    }
    case 'unlink, then create': {
      if (existsSync(file)) unlinkSync(file);
      return writeFileSync(file, content);
    }
    case 'gone for 300 ms': {
      if (existsSync(file)) await unlink(file);
      await wait(300);
      return writeFileSync(file, content);
    }
  }
}
