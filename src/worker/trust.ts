import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Whether an error may be shown: to somebody on this machine who asks by a name of this machine. A page of somebody else
 * can make its own name point here, and then read what is answered to it.
 */
export function isTrusted({ socket, headers }: IncomingMessage): boolean {
  // A unix socket has no remote address; no page can open one.
  if (socket.remoteAddress === undefined) return true;
  const { host = '' } = headers;
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const own = isIP(name) > 0 || name === 'localhost' || name.endsWith('.localhost');
  return own && LOOPBACK.test(socket.remoteAddress);
}
