import { peerVersion } from '../peer.js';
import { inPeers } from '../place.js';
import type { Tool } from '../tool.js';

export const tsx: Tool = {
  id: 'tsx',
  name: 'tsx watch',
  typed: 'tsx watch src/app.ts',
  version: () => peerVersion('tsx'),
  commands: ({ entry }) => [
    { file: process.execPath, args: [inPeers('tsx/dist/cli.mjs'), 'watch', '--clear-screen=false', entry] },
  ],
};
