import assert from 'node:assert/strict';
import { within } from './deadline.js';
import { Connection, type Outcome } from './connection.js';
import type { Where } from './where.js';

/** What the fixtures answer at `/`. */
export interface Body {
  readonly version: number;
  readonly pid: number;
  readonly [more: string]: unknown;
}

/** One request on a connection of its own. */
export async function request(where: Where, path = '/'): Promise<Outcome> {
  const connection = await Connection.open(where);
  try {
    return await within(`GET ${path}`, connection.send(path));
  } finally {
    connection.close();
  }
}

/** What the app answers, which has to be a 200. */
export async function get(where: Where, path = '/'): Promise<Body> {
  return bodyOf(await request(where, path));
}

/** The body of an outcome, which has to be a 200 of a fixture. */
export function bodyOf(outcome: Outcome): Body {
  assert.equal(outcome.tag, 'answered', JSON.stringify(outcome));
  assert.equal(outcome.answer.status, 200, outcome.answer.body.toString());
  return JSON.parse(outcome.answer.body.toString());
}
