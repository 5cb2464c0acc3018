import { createRequire } from 'node:module';

/** Required: to import it node would read it a second time, for the names of its exports. */
export function load(): typeof import('esbuild') {
  return createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
}

/**
 * Starts esbuild's process, which takes a moment to be there: there is other work meanwhile. Never rejects: what hinders it
 * is what the first build fails with.
 */
export async function startService(): Promise<void> {
  try {
    await load().transform('');
  } catch {
    // Said by the build.
  }
}
