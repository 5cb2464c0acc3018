import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { send } from '../channel.js';
import { SCRIPT } from './paths.js';
import { permissionOf } from './policy.js';

/** Answers that have no body, or only a part of one. */
const BODILESS = new Set([204, 205, 206, 304]);

type Headers = OutgoingHttpHeaders | readonly (string | number)[];

/**
 * Puts one script tag behind the end of an HTML answer, where every browser still runs it: what the app writes stays
 * as it is, also when it comes in pieces. Everything else goes through untouched.
 */
export function inject(request: IncomingMessage, response: ServerResponse, generation: number): void {
  const { writeHead, write, end } = response;
  /** Null: not decided yet. Empty: nothing is added. */
  let addition: Buffer | null = null;

  function decide(): Buffer {
    if (addition !== null) return addition;
    addition = tagFor(request, response, generation);
    const length = response.getHeader('content-length');
    if (addition.length > 0 && length !== undefined)
      response.setHeader('content-length', Number(length) + addition.length);
    return addition;
  }

  response.writeHead = function (status: number, ...rest: unknown[]) {
    const headers = rest.find((one) => typeof one === 'object' && one !== null) as Headers | undefined;
    const reason = rest.find((one) => typeof one === 'string');
    response.statusCode = status;
    if (addition === null && headers !== undefined && isHtml(typeIn(headers) ?? response.getHeader('content-type'))) {
      for (const [name, value] of entriesOf(headers)) if (value !== undefined) response.setHeader(name, value);
      decide();
      return Reflect.apply(writeHead, response, reason === undefined ? [status] : [status, reason]) as ServerResponse;
    }
    if (addition === null && headers === undefined) decide();
    addition ??= Buffer.alloc(0);
    return Reflect.apply(writeHead, response, [status, ...rest]) as ServerResponse;
  } as ServerResponse['writeHead'];

  response.write = function (...args: unknown[]) {
    if (!response.headersSent) decide();
    return Reflect.apply(write, response, args) as boolean;
  } as ServerResponse['write'];

  response.end = function (...args: unknown[]) {
    const [chunk, encoding] = args;
    const tag = response.headersSent ? (addition ?? Buffer.alloc(0)) : decide();
    if (tag.length === 0 || response.writableEnded) return Reflect.apply(end, response, args) as ServerResponse;
    const callback = args.find((one) => typeof one === 'function');
    const body = typeof chunk === 'function' || chunk == null ? Buffer.alloc(0) : bytesOf(chunk, encoding);
    return Reflect.apply(end, response, [Buffer.concat([body, tag]), callback]) as ServerResponse;
  } as ServerResponse['end'];
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk as Uint8Array);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** The script tag for this answer; empty where it must not, or cannot, get one. */
function tagFor({ url = '' }: IncomingMessage, response: ServerResponse, generation: number): Buffer {
  const none = Buffer.alloc(0);
  const { statusCode } = response;
  if (!isHtml(response.getHeader('content-type')) || BODILESS.has(statusCode)) return none;
  if (statusCode >= 300 && statusCode < 400) return none;
  const cannot = (why: 'encoded' | 'policy'): Buffer => {
    send({ tag: 'no-live-reload', path: url, why });
    return none;
  };
  const encoding = response.getHeader('content-encoding');
  if (encoding !== undefined && encoding !== 'identity') return cannot('encoded');
  const policy = response.getHeader('content-security-policy');
  const permission = permissionOf(typeof policy === 'number' ? String(policy) : policy);
  if (!permission.script || !permission.connect) return cannot('policy');
  const nonce = permission.nonce === null ? '' : ` nonce="${permission.nonce.replace(/[^\w+/=-]/g, '')}"`;
  return Buffer.from(`<script src="${SCRIPT}" data-generation="${generation}"${nonce}></script>`);
}

function isHtml(type: unknown): boolean {
  return typeof type === 'string' && /^text\/html\b/i.test(type);
}

function entriesOf(headers: Headers): readonly (readonly [string, string | number | readonly string[] | undefined])[] {
  if (!Array.isArray(headers)) return Object.entries(headers as OutgoingHttpHeaders);
  const merged = new Map<string, string[]>();
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = String(headers[at]);
    merged.set(name, [...(merged.get(name) ?? []), String(headers[at + 1])]);
  }
  return [...merged].map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const);
}

function typeIn(headers: Headers): unknown {
  return entriesOf(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
}
