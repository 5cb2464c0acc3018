import type { Server } from './internals.js';
import { isSecure } from './secure.js';

let keys: Buffer | null = null;

/** The keys that the primary deals out to all generations. */
export function dealt(base64: string): void {
  keys = Buffer.from(base64, 'base64');
}

/** A client that reconnects resumes its TLS session with the next generation. An app's own keys stay. */
export function shareTickets(server: Server): void {
  if (keys === null || !isSecure(server)) return;
  if ((server as { ticketKeys?: Buffer }).ticketKeys === undefined) server.setTicketKeys(keys);
}
