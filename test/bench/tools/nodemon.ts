import { peerVersion } from '../peer.js';
import { inPeers } from '../place.js';
import type { Tool } from '../tool.js';

export const nodemon: Tool = {
  id: 'nodemon',
  name: 'nodemon + tsx',
  typed: 'nodemon --watch src --ext ts --exec tsx src/app.ts',
  version: () => peerVersion('nodemon'),
  commands: ({ entry }) => [
    {
      file: process.execPath,
      args: [inPeers('nodemon/bin/nodemon.js'), '--watch', 'src', '--ext', 'ts', '--exec', 'tsx', entry],
    },
  ],
};
