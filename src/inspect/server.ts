import { once } from 'node:events';
import type http from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { describedProtocol } from './described.js';

/** Something to attach to, as `/json/list` shows it. */
export interface Target {
  /** The path of its WebSocket, without the slash. */
  readonly id: string;
  readonly title: string;
  readonly url: string;
}

/** The door for debuggers: node's own, on one port for all generations. */
export interface InspectServer {
  /** Resolves to the port; rejects with node's error when it cannot be had. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

export interface InspectServerOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  readonly targets: readonly Target[];
  onUpgrade(target: string, request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
}

export function openServer({ host, port, targets, onUpgrade }: InspectServerOptions): InspectServer {
  const sockets = new Set<Duplex>();
  // Loaded for it alone: the others do not wait for http.
  const { createServer } = process.getBuiltinModule('node:http') as typeof http;
  const server = createServer((request, response) => {
    response.setHeader('Connection', 'close');
    void bodyOf(request, targets)
      .catch(() => null)
      .then((body) => {
        if (body === null) {
          response.writeHead(400, { 'Content-Type': 'text/html; charset=UTF-8' });
          // Node's own words.
          return response.end('WebSockets request was expected\r\n');
        }
        response.writeHead(200, { 'Content-Type': 'application/json; charset=UTF-8', 'Cache-Control': 'no-cache' });
        return response.end(body);
      });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    const target = targets.find(({ id }) => request.url === `/${id}`);
    if (target !== undefined && isTrusted(request)) return onUpgrade(target.id, request, socket, head);
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return {
    async listen() {
      server.listen({ host, port });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** As node: a name that resolves to this machine (DNS rebinding) is how a web page would come in. */
function isTrusted({ headers }: http.IncomingMessage): boolean {
  const name = (headers.host ?? '').replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === '' || isIP(name) !== 0 || /^localhost6?$/i.test(name);
}

/** Null: nothing is served there, or not to the one who asks. */
async function bodyOf(request: http.IncomingMessage, targets: readonly Target[]): Promise<string | null> {
  const { url = '', headers, socket } = request;
  const [path] = url.split('?');
  if (!isTrusted(request)) return null;
  switch (path) {
    case '/json/version':
      return text({ Browser: `node.js/${process.version}`, 'Protocol-Version': '1.1' });
    case '/json':
    case '/json/list':
      return text(targets.map((target) => listed(target, headers.host || `127.0.0.1:${socket.localPort}`)));
    case '/json/protocol':
      return describedProtocol();
    default:
      return null;
  }
}

function text(body: unknown): string {
  return `${JSON.stringify(body, null, 2)}\n\n`;
}

function listed({ id, title, url }: Target, host: string): Record<string, string> {
  const address = `${host}/${id}`;
  return {
    description: 'node.js instance',
    devtoolsFrontendUrl: `devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws=${address}`,
    devtoolsFrontendUrlCompat: `devtools://devtools/bundled/inspector.html?experiments=true&v8only=true&ws=${address}`,
    faviconUrl: 'https://nodejs.org/static/images/favicons/favicon.ico',
    id,
    title,
    type: 'node',
    url,
    webSocketDebuggerUrl: `ws://${address}`,
  };
}
