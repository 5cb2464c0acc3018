import type crypto from 'node:crypto';
import type http from 'node:http';
import type http2 from 'node:http2';
import type https from 'node:https';
import type inspector from 'node:inspector';
import type tls from 'node:tls';

interface Builtins {
  'node:crypto': typeof crypto;
  'node:http': typeof http;
  'node:http2': typeof http2;
  'node:https': typeof https;
  'node:inspector': typeof inspector;
  'node:tls': typeof tls;
}

const { getBuiltinModule } = process;

/**
 * A module of node, without its ES module. Few apps use most of these, so they are loaded when the first part of zdr needs
 * one: http2 and tls, imported by us, took 5 of the 90 ms of processor of a worker's boot. That of http reads all that http
 * exports, which since node 22 loads undici: 35 to 40 ms that an app in CommonJS never spends.
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  return getBuiltinModule(name) as Builtins[Name];
}
