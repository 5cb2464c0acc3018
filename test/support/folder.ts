import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder with files in it; `-> target` makes a symbolic link. */
export interface Folder {
  readonly at: (path: string) => string;
  write(path: string, content: string): string;
  remove(): void;
}

export function openFolder(files: Readonly<Record<string, string>>): Folder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'zdr-test-')));
  const folder: Folder = {
    at: (path) => join(root, path),
    write(path, content) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      if (content.startsWith('-> ')) symlinkSync(content.slice(3), file);
      else writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  for (const [path, content] of Object.entries(files)) folder.write(path, content);
  return folder;
}
