import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/deadline.js';

/** Files by which the test holds processes at a place, and by which they tell what they did. */
export interface Gates {
  readonly folder: string;
  close(name: string): void;
  /** Waits until a process stands there; gives its pid. */
  reached(name: string): Promise<number>;
  openAll(): void;
  /** A worker is to fail in this way, whether it stands at a gate or not. */
  order(pid: number, how: string): void;
  /** Waits for what the app notes; a number. */
  said(name: string): Promise<number>;
  read(name: string): string | null;
  put(name: string, text: string): void;
}

export function openGates(folder: string): Gates {
  mkdirSync(folder);
  const at = (name: string): string => join(folder, name);
  const closed = new Set<string>();
  /** A process may remove it just now. */
  const read = (name: string): string | null => {
    try {
      return readFileSync(at(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
  return {
    folder,
    close(name) {
      closed.add(name);
      writeFileSync(at(`${name}.closed`), '');
    },
    // It exists before its content does.
    reached: async (name) => Number(await until(`the gate ${name}`, () => read(`${name}.reached`))),
    openAll() {
      for (const name of closed) rmSync(at(`${name}.closed`), { force: true });
      closed.clear();
    },
    order: (pid, how) => writeFileSync(at(`order.${pid}`), how),
    said: async (name) => Number(await until(`the app says ${name}`, () => read(name))),
    read,
    put: (name, text) => writeFileSync(at(name), text),
  };
}
