import { type SourceMap, findSourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { originals } from '../ahead/photograph.js';

type Prepare = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/**
 * An app (or a package that looks for its caller) that prepares stack traces by itself gets the frames as V8 has them:
 * those of a bundle. From here on they are shown where the sources have them, as they would be without a bundle.
 * `isModule`: node names this file by its URL, in whatever bundle it is.
 */
export function showSources(isModule: (path: string) => boolean): void {
  // Newer nodes have a function there. Who puts it back does not prepare them any more: node does, by its source maps.
  const nodes: unknown = Error.prepareStackTrace;
  let current = nodes as Prepare | undefined;
  Object.defineProperty(Error, 'prepareStackTrace', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set(prepare: unknown) {
      if (typeof prepare !== 'function' || prepare === nodes || originals.has(prepare)) {
        current = prepare as Prepare | undefined;
        return;
      }
      const wrapped: Prepare = (error, frames) =>
        (prepare as Prepare).call(
          Error,
          error,
          frames.map((frame) => inSource(frame, isModule)),
        );
      originals.set(wrapped, prepare);
      current = wrapped;
    },
  });
}

/** The frame as the source has it; frames of other files stay as they are. */
function inSource(frame: NodeJS.CallSite, isModule: (path: string) => boolean): NodeJS.CallSite {
  const name = frame.getFileName();
  const map = typeof name === 'string' ? mapOf(name) : undefined;
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  if (map === undefined || typeof name !== 'string' || line === null || column === null) return frame;
  const found = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in found)) return frame;
  const { originalSource, originalLine, originalColumn } = found;
  const path = originalSource.startsWith('file:') ? fileURLToPath(originalSource) : originalSource;
  const shown = name.startsWith('file:') || isModule(path) ? pathToFileURL(path).href : path;
  const own: Record<string, unknown> = {
    getFileName: () => shown,
    getScriptNameOrSourceURL: () => shown,
    getLineNumber: () => originalLine + 1,
    getColumnNumber: () => originalColumn + 1,
    toString: () =>
      String(frame).replace(`${name}:${line}:${column}`, `${shown}:${originalLine + 1}:${originalColumn + 1}`),
  };
  return new Proxy(frame, {
    get(target, key) {
      if (typeof key === 'string' && Object.hasOwn(own, key)) return own[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function mapOf(name: string): SourceMap | undefined {
  return findSourceMap(name);
}
