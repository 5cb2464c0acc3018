import { setFlagsFromString } from 'node:v8';

/**
 * What is loaded in `load` is compiled whole. V8 else compiles a function when it is first called, which is when a save
 * waits for it. Nothing of that is given up while the app does not come.
 */
export function eagerly<T>(load: () => T): T {
  setFlagsFromString('--no-flush-bytecode');
  setFlagsFromString('--no-lazy');
  try {
    return load();
  } finally {
    setFlagsFromString('--lazy');
  }
}
