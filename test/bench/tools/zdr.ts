import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repository } from '../../support/project.js';
import type { Tool } from '../tool.js';

const bin = join(repository, 'bin/zdr.js');

export const zdr: Tool = {
  id: 'zdr',
  name: 'zdr dev',
  typed: 'zdr dev src/app.ts',
  version: () =>
    execFileSync(process.execPath, [bin, '--version'], { encoding: 'utf8' })
      .trim()
      .replace(/^zdr v?/, ''),
  commands: ({ entry }) => [{ file: process.execPath, args: [bin, 'dev', entry] }],
};
