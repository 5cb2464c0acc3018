import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Whether this process may read the terminal. The system stops a background job (`zdr dev &`, or `bg`) that tries to,
 * whole and without a word; then nobody would take a connection over.
 */
export function isForeground(): boolean {
  if (process.platform === 'win32') return true;
  try {
    const { group, terminal } = process.platform === 'linux' ? fromProc('self') : fromPs();
    return group === terminal;
  } catch {
    return false;
  }
}

/**
 * Whether no shell waits for this job: then nobody could continue it, and the system itself ignores the terminal's
 * stop (POSIX, "orphaned process group"). So in a container.
 */
export function isOrphaned(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const own = fromProc('self');
    // The leader's parent, and that of every process up to it.
    for (let at = own; ; at = fromProc(String(at.parent))) {
      if (at.parent === 0 || at.session !== own.session) return true;
      if (at.group !== own.group) return false;
    }
  } catch {
    return false;
  }
}

interface Job {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The group that the terminal's keyboard belongs to. */
  readonly terminal: number;
}

/** proc(5): pid (name) state ppid pgrp session tty tpgid. The name may hold anything. */
function fromProc(pid: string): Job {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, parent, group, session, , terminal] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return { parent: parent ?? 0, group: group ?? 0, session: session ?? 0, terminal: terminal ?? -1 };
}

function fromPs(): Pick<Job, 'group' | 'terminal'> {
  const text = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' });
  const [group = 0, terminal = -1] = text.trim().split(/\s+/).map(Number);
  return { group, terminal };
}
