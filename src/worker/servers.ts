import { watchHttp2 } from './http2.js';
import type { Server } from './internals.js';
import { watchTls } from './sockets.js';
import { shareTickets } from './tickets.js';
import { watchUpgrades } from './upgrade.js';

const met = new WeakSet<Server>();
let also: (server: Server) => void = () => {};

/** What else is to be done with a server of the app before it listens. */
export function onMeet(listener: (server: Server) => void): void {
  also = listener;
}

/** A server of the app is about to listen: what a handover has to know of its connections is followed from the first on. */
export function meet(server: Server): void {
  if (met.has(server)) return;
  met.add(server);
  watchTls(server);
  shareTickets(server);
  watchHttp2(server);
  watchUpgrades(server);
  also(server);
}
