import type { TLSSocket } from 'node:tls';
import type { Peer, PeerTls } from '../protocol/messages.js';
import { builtin } from './builtin.js';
import type { Socket } from './internals.js';
import type { Connection } from './sockets.js';

const NAMES = ['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort', 'localFamily'] as const;

/** What the app of another worker is to be told of this connection. */
export function peerOf({ speaker, socket, peer }: Connection, last: boolean): Peer {
  if (peer !== null) return { ...peer, last };
  const names: Record<string, string | number> = {};
  for (const name of NAMES) {
    const value = speaker[name];
    if (value !== undefined) names[name] = value;
  }
  return { names, tls: speaker === socket ? null : secrets(speaker as unknown as TLSSocket), last };
}

function secrets(socket: TLSSocket): PeerTls {
  const { servername } = socket as { servername?: string | false | null };
  const error: unknown = socket.authorizationError;
  return {
    alpn: socket.alpnProtocol ?? false,
    servername: servername ?? null,
    protocol: socket.getProtocol(),
    cipher: socket.getCipher(),
    authorized: socket.authorized,
    authorizationError: error == null ? null : String(error),
    resumed: socket.isSessionReused(),
    certificate: socket.getPeerX509Certificate()?.raw.toString('base64') ?? null,
  };
}

/** Makes `socket` answer like the one that the client is connected to. */
export function dress(socket: Socket, { names, tls }: Peer): void {
  const values: Record<string, unknown> = { ...names };
  if (tls !== null) {
    const { X509Certificate } = builtin('node:crypto');
    const certificate =
      tls.certificate === null ? undefined : new X509Certificate(Buffer.from(tls.certificate, 'base64'));
    Object.assign(values, {
      encrypted: true,
      alpnProtocol: tls.alpn,
      servername: tls.servername,
      authorized: tls.authorized,
      authorizationError: tls.authorizationError,
      getProtocol: () => tls.protocol,
      getCipher: () => tls.cipher,
      isSessionReused: () => tls.resumed,
      getSession: () => undefined,
      getPeerX509Certificate: () => certificate,
      getPeerCertificate: () => certificate?.toLegacyObject() ?? {},
    });
  }
  // The names are getters without setters in net.Socket.
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(socket, name, { value, configurable: true, enumerable: true, writable: true });
  }
}
