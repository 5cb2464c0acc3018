import type { AppError } from '../events.js';
import { harmlessName } from './harmless.js';

/** `port 3000 of 127.0.0.1 is taken by node (pid 123)`. Null when the error is another one. */
export function describeTaken({ code, message, holder }: AppError): string | null {
  if (code !== 'EADDRINUSE') return null;
  // Node ends its message with host:port or with the path of the socket.
  const place = /address already in use (.+)$/m.exec(message)?.[1] ?? '';
  const [, host = '', port] = /^(.*):(\d+)$/.exec(place) ?? [];
  const what =
    port === undefined ? place || 'the address' : everywhere(host) ? `port ${port}` : `port ${port} of ${host}`;
  const who = holder === null ? '' : ` by ${harmlessName(holder.command)} (pid ${holder.pid})`;
  return `${harmlessName(what)} is taken${who}`;
}

function everywhere(host: string): boolean {
  return host === '' || host === '::' || host === '0.0.0.0' || host === 'null';
}
