import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { Running } from '../running.js';

/** Whether there is a `wrk` to measure with. */
export function hasWrk(): boolean {
  return spawnSync('wrk', ['--version']).error === undefined;
}

/** Requests a second on 100 kept connections. */
export async function throughput(running: Running, seconds: number): Promise<number> {
  const url = `http://127.0.0.1:${running.app.port}/`;
  const { stdout } = await promisify(execFile)('wrk', ['-t1', '-c100', `-d${seconds}s`, url], { timeout: 60_000 });
  const found = /Requests\/sec:\s+([\d.]+)/.exec(stdout);
  if (found === null) throw new Error(stdout);
  return Number(found[1]);
}
