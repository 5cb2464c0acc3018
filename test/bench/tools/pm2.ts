import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { peerVersion } from '../peer.js';
import { inPeers } from '../place.js';
import type { Tool } from '../tool.js';

/** The graceful start and shutdown of pm2's manual, around the app. */
const graceful = `import { server } from './app.ts';

if (server.listening) process.send('ready');
else server.once('listening', () => process.send('ready'));
process.on('SIGINT', () => server.close(() => process.exit(0)));
`;

export const pm2: Tool = {
  id: 'pm2',
  name: 'pm2 reload',
  typed: 'esbuild src/app.ts … --watch & pm2 start out/app.js -i 2 --wait-ready; at each build pm2 reload app',
  version: () => peerVersion('pm2'),
  prepare: (app) => writeFile(app.path('src/pm2.ts'), graceful),
  commands: (app) => [
    {
      file: process.execPath,
      args: [fileURLToPath(new URL('../pm2-driver.js', import.meta.url)), inPeers()],
      env: { PM2_HOME: app.path('.pm2'), PM2_DISCRETE_MODE: 'true' },
    },
  ],
};
