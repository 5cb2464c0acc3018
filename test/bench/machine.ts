import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Machine } from './results.js';

export function thisMachine(): Machine {
  return {
    node: process.version,
    system: `${type()} ${release().split('-')[0]}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: Math.round(totalmem() / 1024 ** 3),
    load: loadavg()[0] ?? 0,
  };
}
