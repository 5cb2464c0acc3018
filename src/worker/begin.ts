import { pathToFileURL } from 'node:url';
import { type Loaded, mainLoader } from './ahead/loader.js';

/**
 * Evaluates a bundle as node does the file that it was started with; the promise is that of its end, or of its error
 * where it is an ES module. `main`: what packages that were evaluated ahead have as `require.main`.
 */
export function begin(file: string, main: Loaded | null): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (file.endsWith('.cjs')) {
      // In no promise's turn, so that what the app defers comes in node's order: `process.nextTick` first.
      process.nextTick(mainLoader(file, main));
      // Not before the app itself has dealt with what it threw.
      process.nextTick(resolve, null);
    } else {
      // By functions of our own: else V8 would find who waits for it, and show that in the app's asynchronous traces.
      import(pathToFileURL(file).href).then(
        (namespace) => resolve(namespace),
        (error: unknown) => reject(error),
      );
    }
  });
}
