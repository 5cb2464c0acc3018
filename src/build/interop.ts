import { IS_NAMESPACE, REQUIRE } from './banner.js';

const TO_ESM = 'var __toESM = (mod, isNodeMode, target) => (';
const SHIM = '=> typeof require !== "undefined" ? require : typeof Proxy';

/**
 * Corrects two of esbuild's helpers in a bundle; the number of lines stays.
 *
 * `__toESM` makes what `require` returned the default export of an import. What `require` returns for an ES module is its
 * namespace, which has the right default export already, and live bindings.
 * `__require` looks for a `require` in scope, which an ES module does not have.
 */
export function fixHelpers(code: string): string {
  return code
    .replace(TO_ESM, () => `var __toESM = (mod, isNodeMode, target) => ${IS_NAMESPACE}(mod) ? mod : (`)
    .replace(SHIM, () => `=> true ? ${REQUIRE} : typeof Proxy`);
}
