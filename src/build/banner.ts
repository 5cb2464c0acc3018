import { REALM } from '../protocol/late.js';

/** Which module system a bundle is written in. */
export type Format = 'esm' | 'cjs';

/** Names that the banner declares and the rest of a bundle uses. */
export const REQUIRE = '__zdrRequire';
export const IMPORT = '__zdrImport';
export const RESOLVE = '__zdrResolve';
export const IS_NAMESPACE = '__zdrIsNamespace';
export const CLOCK = '__zdrClock';
export const CREATE_REQUIRE = '__zdrCreateRequire';
export const ALIASED_REQUIRE = '__zdrAliasedRequire';
export const SHARE = '__zdrShare';
export const SHARED = '__zdrShared';
const PATH_TO_URL = '__zdrPathToURL';

/**
 * The first line of a bundle, one line so that no position below it moves.
 *
 * `require` itself is not declared: `const require = createRequire(import.meta.url)` is an ordinary line of user code,
 * and two of them in one scope are a syntax error. In ES modules the anchor of `require` is a name inside node_modules,
 * since node warns about `require` of an ES module from anywhere else.
 */
export function bannerOf(format: Format, anchor: string, timing: boolean): string {
  const imports =
    format === 'esm'
      ? `import{createRequire as ${CREATE_REQUIRE}}from"node:module";` +
        `import{pathToFileURL as ${PATH_TO_URL}}from"node:url";` +
        `import{types as __zdrTypes}from"node:util";` +
        `const ${REQUIRE}=${CREATE_REQUIRE}(${JSON.stringify(anchor)});`
      : `const{createRequire:${CREATE_REQUIRE}}=require("node:module"),{pathToFileURL:${PATH_TO_URL}}=require("node:url"),` +
        `__zdrTypes=require("node:util").types,${REQUIRE}=${CREATE_REQUIRE}(${JSON.stringify(anchor)});`;
  return (
    imports +
    // The worker has put it there, under the same name.
    (timing ? `const ${CLOCK}=globalThis[Symbol.for("zdr.clock")];` : '') +
    // Without it the bundle was started by hand, and node has to find what comes at run time.
    `const __zdrRealm=process[Symbol.for(${JSON.stringify(REALM)})],` +
    `${SHARE}=(file,exports,isModule)=>__zdrRealm?.share(file,exports,isModule),${SHARED}=(file)=>__zdrRealm.shared(file),` +
    `${IS_NAMESPACE}=(value)=>__zdrTypes.isModuleNamespaceObject(value)||__zdrRealm?.isShared(value)===true,` +
    // What a specifier means to the file `url`, as a URL.
    `${RESOLVE}=(s,url)=>{s=String(s);if(/^\\.{0,2}\\//.test(s))return new URL(s,url).href;` +
    `if(/^(?:file|node|data):/.test(s))return s;const f=${CREATE_REQUIRE}(url).resolve(s);` +
    `return f===s&&!/[\\\\/]/.test(f)?"node:"+f:${PATH_TO_URL}(f).href},` +
    // A package is looked for by the conditions of `import` wherever the bundle finds the same one as the file would.
    `__zdrTarget=(s,url)=>{s=String(s);if(/^(?:\\.{0,2}\\/|file:|node:|data:)/.test(s))return ${RESOLVE}(s,url);` +
    `let f;try{f=${CREATE_REQUIRE}(url).resolve(s)}catch{return s}` +
    `try{if(${REQUIRE}.resolve(s)===f)return s}catch{}return ${PATH_TO_URL}(f).href},` +
    // By the `paths` of a tsconfig, where the file has some.
    `__zdrNamed=(s,paths)=>paths&&__zdrRealm?__zdrRealm.named(String(s),paths):null,` +
    `${ALIASED_REQUIRE}=(path,paths)=>{const r=${CREATE_REQUIRE}(path);return Object.assign((s)=>r(__zdrNamed(s,paths)??s),r)},` +
    `${IMPORT}=(url,paths)=>async(s,o)=>{const f=__zdrNamed(s,paths),t=f===null?__zdrTarget(s,url):${PATH_TO_URL}(f).href;return __zdrRealm&&/^file:/.test(t)?__zdrRealm.load(t,o):import(t,o)};`
  );
}
