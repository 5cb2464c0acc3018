import { existsSync } from 'node:fs';
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

export async function save(file: string, content: string, manner: Manner): Promise<void> {
  switch (manner) {
    case 'in place':
      return writeFile(file, content);
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
      if (existsSync(file)) await unlink(file);
      return writeFile(file, content);
    }
    case 'gone for 300 ms': {
      if (existsSync(file)) await unlink(file);
      await wait(300);
      return writeFile(file, content);
    }
  }
}
