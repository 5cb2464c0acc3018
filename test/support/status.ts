import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Status } from '../../dist/status.js';
import { within } from './deadline.js';
import type { Project } from './project.js';

/** What the instance of a project says of itself: asked over its socket, since a command each time is a process each time. */
export async function statusOf(project: Project): Promise<Status> {
  const socket = connect(socketOf(project));
  socket.end('{"ask":"status"}\n');
  return (JSON.parse(await within('a status', text(socket))) as { status: Status }).status;
}

/** The worker that will be the next generation, booted. */
export async function standbyOf(project: Project): Promise<number | null> {
  const { standbys } = await statusOf(project);
  return standbys.find(({ state }) => state === 'standby')?.pid ?? null;
}

function socketOf(project: Project): string {
  for (const place of [project.path('node_modules/.cache/zdr'), project.temp]) {
    const name = namesIn(place).find((file) => file.endsWith('control.sock'));
    if (name !== undefined) return join(place, name);
  }
  throw new Error('the instance has no socket yet');
}

function namesIn(place: string): string[] {
  try {
    return readdirSync(place, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
