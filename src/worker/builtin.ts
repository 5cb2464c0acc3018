import type crypto from 'node:crypto';
import type http2 from 'node:http2';
import type https from 'node:https';
import type inspector from 'node:inspector';
import type tls from 'node:tls';

interface Builtins {
  'node:crypto': typeof crypto;
  'node:http2': typeof http2;
  'node:https': typeof https;
  'node:inspector': typeof inspector;
  'node:tls': typeof tls;
}

const { getBuiltinModule } = process;

/**
 * A module of node that few apps use, loaded when the first part of zdr needs it: http2 and tls, imported by us, took 5 of
 * the 90 ms of processor of a worker's boot.
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  return getBuiltinModule(name) as Builtins[Name];
}
