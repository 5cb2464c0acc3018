import { execFileSync } from 'node:child_process';
import { inPeers } from '../place.js';
import { peerVersion } from '../peer.js';
import type { Tool } from '../tool.js';

const bin = inPeers('.bin/bun');

function bun(id: string, flag: string): Tool {
  return {
    id,
    name: `bun ${flag}`,
    typed: `bun ${flag} src/app.ts`,
    version: () => {
      peerVersion('bun');
      return execFileSync(bin, ['--version'], { encoding: 'utf8', timeout: 10_000 }).trim();
    },
    commands: ({ entry }) => [{ file: bin, args: [flag, '--no-clear-screen', entry] }],
  };
}

export const bunHot = bun('bun-hot', '--hot');
export const bunWatch = bun('bun-watch', '--watch');
