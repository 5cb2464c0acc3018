import { withApp, type App } from './app.js';
import { Connection } from './connection.js';
import { bodyOf } from './get.js';

/** What the server of the fixture is like: options of `createServer`, and properties that are set afterwards. */
export interface ServerSettings {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly set?: Readonly<Record<string, number>>;
}

/** Runs an app whose server is set like this, on TCP or on a unix socket. */
export function withServer(
  settings: ServerSettings,
  place: 'tcp' | 'unix',
  body: (app: App) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  return withApp(
    'settings',
    {
      before: async (project) => ({
        env: {
          ...env,
          SERVER: JSON.stringify(settings),
          ...(place === 'unix' ? { SOCKET: project.path('app.sock') } : {}),
        },
      }),
    },
    body,
  );
}

/** Opens connections and lets each of them answer a request. */
export async function keep({ zdr }: App, count: number): Promise<readonly Connection[]> {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(zdr.where)));
  for (const outcome of await Promise.all(connections.map((connection) => connection.send()))) bodyOf(outcome);
  return connections;
}
