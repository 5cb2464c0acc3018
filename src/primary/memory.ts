import { readFile } from 'node:fs/promises';
import type { Memory } from '../status.js';

/** What a process has of memory, as the system counts it; null where it does not. */
export async function memoryOf(pid: number): Promise<Memory | null> {
  if (process.platform !== 'linux') return null;
  try {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    const bytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1_024;
    return { rss: bytes('Rss'), pss: bytes('Pss') };
  } catch {
    // It has just ended.
    return null;
  }
}
