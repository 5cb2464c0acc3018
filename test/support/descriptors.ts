import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether this machine can take descriptors away from a process that runs. */
export const canLimit = existsSync('/usr/bin/prlimit') && existsSync('/proc/self/fd');

/** Leaves the process `more` descriptors beyond what it has now. Numbers that are free between others count as well. */
export function limitDescriptors(pid: number, more: number): void {
  const taken = takenBy(pid);
  let limit = 0;
  for (let free = 0; free < more || taken.has(limit); limit += 1) if (!taken.has(limit)) free += 1;
  setLimit(pid, limit);
}

export function freeDescriptors(pid: number): void {
  setLimit(pid, 4096);
}

/** How many the process may still open. */
export function left(pid: number): number {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]);
  return limit - [...takenBy(pid)].filter((number) => number < limit).length;
}

function takenBy(pid: number): ReadonlySet<number> {
  return new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
}

function setLimit(pid: number, count: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${count}:4096`]);
}
