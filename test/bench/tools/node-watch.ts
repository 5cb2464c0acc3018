import { esbuildWatch, OUT } from '../esbuild-watch.js';
import type { Tool } from '../tool.js';

export const nodeWatch: Tool = {
  id: 'node',
  name: 'node --watch',
  typed: 'esbuild src/app.ts … --watch & node --watch out/app.js',
  version: () => process.version.slice(1),
  commands: ({ entry }) => [
    esbuildWatch(entry),
    { file: process.execPath, args: ['--watch', '--watch-preserve-output', '--enable-source-maps', OUT] },
  ],
};
