import type { ZdrEvent } from '../events.js';

/** Whether `--quiet` still tells it. */
export function isProblem({ type }: ZdrEvent): boolean {
  switch (type) {
    case 'build-failed':
    case 'build-warning':
    case 'boot-failed':
    case 'crashed':
    case 'cut-short':
    case 'inspect-failed':
    case 'warning':
      return true;
    case 'ready':
    case 'listening':
    case 'live':
    case 'unchanged':
    case 'respawned':
    case 'done':
    case 'draining':
    case 'drained':
    case 'paused':
    case 'resumed':
    case 'suspended':
    case 'continued':
    case 'stopping':
    case 'stopped':
    case 'inspecting':
      return false;
  }
}
