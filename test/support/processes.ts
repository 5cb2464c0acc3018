import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The name of the variable that every process of a run inherits, so that none can hide behind a new parent. */
export const mark = 'ZDR_TEST_RUN';

export interface Found {
  readonly pid: number;
  readonly command: string;
}

/** All living processes that carry `run` in their environment. */
export function processesOf(run: string): Found[] {
  return existsSync('/proc/self/environ') ? fromProc(run) : fromPs(run);
}

function fromProc(run: string): Found[] {
  const found: Found[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      // A zombie has an empty environment: it is gone, only not yet collected.
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${mark}=${run}\0`)) continue;
      found.push({ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() });
    } catch {
      // It ended meanwhile, or belongs to someone else.
    }
  }
  return found;
}

function fromPs(run: string): Found[] {
  const lines = execFileSync('ps', ['-Aww', '-E', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes(`${mark}=${run}`))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line }));
}

/** Whether it was stopped, by SIGSTOP or by a terminal. */
export function isStopped(pid: number): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');
}
