import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import type { App } from '../apps/app.js';
import { peerVersion } from '../peer.js';
import { inPeers } from '../place.js';
import type { Tool } from '../tool.js';

const route = `import { fromNodeHandler } from 'nitro/h3';
import { handle } from '../src/handle.ts';

export default fromNodeHandler(handle);
`;

const config = `export default { compatibilityDate: '2025-10-01' };
`;

/** The app behind nitro's router: nitro owns the server, so `src/app.ts` is not used. */
async function prepare(app: App): Promise<void> {
  // It may be there: an app is started again in the same folder.
  await mkdir(app.path('routes'), { recursive: true });
  await writeFile(app.path('routes/[...all].ts'), route);
  await writeFile(app.path('nitro.config.ts'), config);
  // Its output imports its own dependencies by name from the app's folder.
  await rm(app.path('node_modules'), { recursive: true });
  await symlink(inPeers(), app.path('node_modules'));
}

export const nitro: Tool = {
  id: 'nitro',
  name: 'nitro dev',
  typed: 'nitro dev, the app behind its router',
  version: () => peerVersion('nitro'),
  // With `experimental.websocket` its server throws at the start, with the h3 and crossws that it installs.
  noWebSocket: 'its WebSocket support does not start',
  prepare,
  commands: ({ port }) => [
    {
      file: process.execPath,
      args: [inPeers('nitro/dist/cli/index.mjs'), 'dev', '--port', String(port), '--host', '127.0.0.1'],
    },
  ],
};
