import type { InstanceOptions } from '../options.js';
import { readEnvironment } from '../primary/environment.js';

/** What a worker starts with, read anew for each. */
export function environmentOf({
  envFiles,
  nodeEnv,
}: Pick<InstanceOptions, 'envFiles' | 'nodeEnv'>): Record<string, string> {
  const env: Record<string, string> = { NODE_ENV: nodeEnv, ...readEnvironment(envFiles, process.env) };
  if (process.env['NODE_ENV'] !== undefined) env['NODE_ENV'] = process.env['NODE_ENV'];
  return env;
}
