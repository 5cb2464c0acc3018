import type tls from 'node:tls';
import { builtin } from './builtin.js';

const http = builtin('node:http');

/** Whether it is a server of tls, https or http2 that takes TLS; asked of a server of node:http, node's TLS is not loaded. */
export function isSecure(server: object): server is tls.Server {
  return !(server instanceof http.Server) && server instanceof builtin('node:tls').Server;
}
