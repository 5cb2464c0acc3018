import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Connection } from '../support/connection.js';
import { within } from '../support/deadline.js';
import { repository } from '../support/project.js';
import type { Where } from '../support/where.js';

/** Finds what is installed for these tests alone. */
export const require = createRequire(join(repository, 'test/frameworks/package.json'));

/** Whether a native package was built for this node. */
export function opens(name: string): boolean {
  try {
    const Database = require(name) as new (file: string) => { close(): void };
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

interface Said {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A GET, or with something to send a POST of it as JSON. */
export async function asks(where: Where, path: string, sent?: object): Promise<Said> {
  const connection = await Connection.open(where);
  const body = sent === undefined ? '' : JSON.stringify(sent);
  const head = [`${sent === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`, 'Host: app', 'Connection: close'];
  if (sent !== undefined) head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  try {
    const outcome = await within(`${path}`, connection.raw(`${head.join('\r\n')}\r\n\r\n${body}`));
    assert.equal(outcome.tag, 'answered', JSON.stringify(outcome));
    const { status, headers, body: bytes } = outcome.answer;
    return { status, headers, body: bytes.toString() };
  } finally {
    connection.close();
  }
}

export async function text(where: Where, path: string): Promise<string> {
  const { status, body } = await asks(where, path);
  assert.equal(status, 200, body);
  return body;
}

export async function json(where: Where, path: string): Promise<unknown> {
  return JSON.parse(await text(where, path));
}

export async function graphql(where: Where, path: string, query: string): Promise<unknown> {
  const { body } = await asks(where, path, { query });
  const { data, errors } = JSON.parse(body) as { data: unknown; errors?: unknown };
  assert.equal(errors, undefined, body);
  return data;
}
