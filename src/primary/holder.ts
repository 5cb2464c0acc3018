import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { AppError } from '../events.js';

type Holder = AppError['holder'];

/** Who listens on the port of an EADDRINUSE, where the system lets us see it; synchronous, since a crash follows. */
export function holderOf(error: AppError): Holder {
  const port = error.code === 'EADDRINUSE' ? /:(\d+)$/m.exec(error.message)?.[1] : undefined;
  if (port === undefined) return null;
  try {
    return process.platform === 'linux' ? fromProc(Number(port)) : fromLsof(port);
  } catch {
    return null;
  }
}

/** The state LISTEN in /proc/net/tcp (proc(5)). */
const LISTEN = '0A';

function fromProc(port: number): Holder {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const hex = local?.split(':')[1];
      if (state === LISTEN && hex !== undefined && Number.parseInt(hex, 16) === port) inodes.add(`socket:[${inode}]`);
    }
  }
  for (const pid of readdirSync('/proc')) {
    if (/^\d+$/.test(pid) && holds(pid, inodes)) return { pid: Number(pid), command: commandOf(pid) };
  }
  return null;
}

function holds(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    // Somebody else's process, or one that has just ended.
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function commandOf(pid: string): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

function fromLsof(port: string): Holder {
  const { stdout } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    encoding: 'utf8',
    timeout: 1_000,
  });
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  return pid === undefined ? null : { pid: Number(pid), command: /^c(.+)$/m.exec(stdout)?.[1] ?? 'another process' };
}
