import { networkInterfaces } from 'node:os';
import type { Address } from '../events.js';
import { harmlessName } from './harmless.js';
import type { Paint } from './paint.js';

/** One line of the banner: where a client can reach the app. */
export interface Url {
  readonly label: 'Local' | 'Network';
  readonly text: string;
}

/** The URLs of an address. `networks` are the machine's own IPv4 addresses, for servers that listen on all of them. */
export function urls(address: Address, networks: readonly string[], paint: Paint): readonly Url[] {
  if (address.kind === 'unix')
    return [{ label: 'Local', text: paint.cyan(harmlessName(address.path.replace(/^\0/, '@'))) }];
  const { protocol, host, port } = address;
  const end = protocol === 'tcp' || protocol === 'udp' ? '' : '/';
  const local = everywhere(host) ? 'localhost' : host;
  const text = paint.cyan(`${protocol}://${inUrl(local)}:${paint.bold(String(port))}${end}`);
  const others = everywhere(host) ? networks : [];
  return [
    { label: 'Local', text },
    ...others.map((other) => ({ label: 'Network' as const, text: paint.dim(`${protocol}://${other}:${port}${end}`) })),
  ];
}

/** The IPv4 addresses by which others reach this machine. */
export function ownNetworks(): readonly string[] {
  return Object.values(networkInterfaces())
    .flat()
    .filter((network) => network !== undefined && !network.internal && network.family === 'IPv4')
    .map((network) => network?.address ?? '');
}

function everywhere(host: string): boolean {
  return host === '::' || host === '0.0.0.0';
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${harmlessName(host).replace('%', '%25')}]` : harmlessName(host);
}
