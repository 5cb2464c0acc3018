import { execFileSync } from 'node:child_process';
import { esbuildBuild, OUT } from '../esbuild-watch.js';
import type { Tool } from '../tool.js';

/** No tool: the app built once, under node. What steady throughput is compared with. */
export const plainNode: Tool = {
  id: 'plain',
  name: 'node',
  typed: 'node out/app.js',
  version: () => process.version.slice(1),
  prepare: async (app) => {
    const { file, args } = esbuildBuild(app.entry);
    execFileSync(file, args, { cwd: app.dir, stdio: 'pipe' });
  },
  commands: () => [{ file: process.execPath, args: ['--enable-source-maps', OUT] }],
};
