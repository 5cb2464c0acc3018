import type { Inspect } from '../options.js';
import { wrong, type Wrong } from './wrong.js';

/** Node's own. */
const HOST = '127.0.0.1';
const PORT = 9229;

/** The value of `--inspect`, as node reads it: nothing, a port, a host, or both. `as`: how the option was typed. */
export function inspectOf(as: string, text: string): Omit<Inspect, 'start'> | Wrong {
  if (text === '') return { host: HOST, port: PORT };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const alone = plain !== undefined && /^\d+$/.test(plain) && digits === undefined;
  const host = bracketed ?? (alone || plain === '' ? HOST : plain);
  const port = alone ? Number(plain) : digits === undefined ? PORT : Number(digits);
  if (host === undefined) return wrong(`${as}=${text} is no address`, `write ${as}=9230, or ${as}=127.0.0.1:9230`);
  if (port > 65_535)
    return wrong(`${as}=${text}: there is no port ${port}`, `the default is ${as}=${PORT}; 0 takes any`);
  return { host, port };
}
