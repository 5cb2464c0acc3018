/**
 * Node says by `process.features.typescript` whether a process can import .ts files, and packages that load an app's
 * files (@fastify/autoload) refuse to where it does not. Here every process can, with what only esbuild transforms too.
 */
export function install(): void {
  const features = process.features as { readonly typescript?: unknown };
  if (features.typescript !== undefined && features.typescript !== false) return;
  Object.defineProperty(features, 'typescript', { value: 'transform', configurable: true, enumerable: true });
}
