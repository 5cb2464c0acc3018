import type { Address } from '../../dist/events.js';

/** What a socket connects to. */
export type Where = { readonly host: string; readonly port: number } | { readonly path: string };

/** How a client on this machine reaches an address. */
export function whereOf(address: Address): Where {
  switch (address.kind) {
    case 'unix':
      return { path: address.path };
    case 'tcp':
    case 'udp':
      return {
        host: address.host === '::' || address.host === '0.0.0.0' ? '127.0.0.1' : address.host,
        port: address.port,
      };
  }
}
