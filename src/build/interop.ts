import { HAS_WHOLE } from '../protocol/pieces.js';
import { IS_NAMESPACE, REQUIRE } from './banner.js';

const TO_ESM = 'var __toESM = (mod, isNodeMode, target) => (';
const MADE = 'target = mod != null ? __create(__getProtoOf(mod)) : {}, ';
const SHIM = '=> typeof require !== "undefined" ? require : typeof Proxy';

const WHOLE = 'isNodeMode && __defProp(target, "module.exports", { value: mod, enumerable: true }), ';

/**
 * Corrects two of esbuild's helpers in a bundle; the number of lines stays.
 *
 * `__toESM` makes what `require` returned the default export of an import. What `require` returns for an ES module is its
 * namespace, which has the right default export already, and live bindings.
 * Node 23 and newer name all of it `module.exports`, too.
 * `__require` looks for a `require` in scope, which an ES module does not have.
 */
export function fixHelpers(code: string): string {
  return fixNames(code)
    .replace(TO_ESM + MADE, (found) => (HAS_WHOLE ? `${found}${WHOLE}` : found))
    .replace(TO_ESM, () => `var __toESM = (mod, isNodeMode, target) => ${IS_NAMESPACE}(mod) ? mod : (`)
    .replace(SHIM, () => `=> true ? ${REQUIRE} : typeof Proxy`);
}

/** A class with decorated members, which a decorator may have replaced, and the name that esbuild gives to what is there then. */
const DECORATED = /^(\s*([\w$]+) = __decorateElement\([^\n]*, )\2\);\n(\s*)(__name\(\2, "(?:[^"\\\n]|\\.)*"\));$/gm;

/** Names a class before it is decorated: what takes its place has a name of its own. The number of lines stays. */
export function fixNames(code: string): string {
  return code.includes('__decorateElement') ? code.replace(DECORATED, '$1$4);\n$3') : code;
}
