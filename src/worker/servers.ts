import { watchHttp2 } from './http2.js';
import type { Server } from './internals.js';
import { watchTls } from './sockets.js';
import { shareTickets } from './tickets.js';
import { watchUpgrades } from './upgrade.js';

const met = new WeakSet<Server>();

/** A server of the app is about to listen: what a handover has to know of its connections is followed from the first on. */
export function meet(server: Server): void {
  if (met.has(server)) return;
  met.add(server);
  watchTls(server);
  shareTickets(server);
  watchHttp2(server);
  watchUpgrades(server);
}
