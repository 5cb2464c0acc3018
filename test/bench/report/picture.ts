import type { Results } from '../results.js';

export function picture(_results: Results): string {
  return '';
}
