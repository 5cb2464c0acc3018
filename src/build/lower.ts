import { basename } from 'node:path';

import type { Lowered } from './decorators.js';
import { loosen } from './metadata.js';

/** `defines`: fields are defined even where they have no value, as of ES2022. Null: it does not parse. */
export type Lower = (path: string, text: string, defines: boolean) => Lowered | null;

interface Oxc {
  transformSync(file: string, text: string, options: object): { readonly code: string; readonly map?: object | null };
}

interface Swc {
  transformSync(text: string, options: object): { readonly code: string; readonly map?: string };
}

/**
 * What a type is in metadata. Without the other files an enum looks like a class: here it is what TypeScript says of it,
 * the kind of its members. The numbers of an enum are keys of it as well.
 */
const TYPE_OF =
  'function __zdrTypeOf(v){if(Array.isArray(v))return v.map(__zdrTypeOf);if(v==null||typeof v==="function")return v;' +
  'var s=Object(v)===v?new Set(Object.keys(v).filter(k=>String(Number(k))!==k).map(k=>typeof v[k])):new Set([typeof v]);' +
  'return s.size!==1?Object:s.has("number")?Number:s.has("string")?String:Object}';

/** What the output calls to apply decorators: the functions that TypeScript would write. */
const HELPERS =
  'function __zdrDecorate(d,t,k,p){var c=arguments.length,r=c<3?t:p===null?p=Object.getOwnPropertyDescriptor(t,k):p;' +
  'if(typeof Reflect.decorate==="function")r=Reflect.decorate(d,t,k,p);' +
  'else for(var i=d.length-1,f;i>=0;i--)if(f=d[i])r=(c<3?f(r):c>3?f(t,k,r):f(t,k))||r;' +
  'return c>3&&r&&Object.defineProperty(t,k,r),r}' +
  'function __zdrDecorateMetadata(k,v){if(typeof Reflect.metadata==="function")return Reflect.metadata(k,__zdrTypeOf(v))}' +
  TYPE_OF +
  'function __zdrDecorateParam(i,d){return function(t,k){d(t,k,i)}}';

/** What oxc calls them, for esbuild's `define`. */
export const HELPER_NAMES: Readonly<Record<string, string>> = {
  'babelHelpers.decorate': '__zdrDecorate',
  'babelHelpers.decorateMetadata': '__zdrDecorateMetadata',
  'babelHelpers.decorateParam': '__zdrDecorateParam',
};

export function lowerWithOxc({ transformSync }: Oxc): Lower {
  return (path, text, defines) => {
    const { code, map } = transformSync(path, text, {
      lang: path.endsWith('x') ? 'tsx' : 'ts',
      sourcemap: true,
      target: 'esnext',
      jsx: 'preserve',
      helpers: { mode: 'External' },
      decorator: { legacy: true, emitDecoratorMetadata: true },
      typescript: { removeClassFieldsWithoutInitializer: !defines },
    });
    if (code === '' || map == null) return null;
    return withMap(path, `${loosen(code)}${code.includes('babelHelpers.') ? HELPERS : ''}`, JSON.stringify(map));
  };
}

/** In swc's own helper, which is part of its output. */
const METADATA = /(\breturn Reflect\.metadata\(\w+, )(\w+)(?=\))/;

export function lowerWithSwc({ transformSync }: Swc): Lower {
  return (path, text, defines) => {
    try {
      const { code, map } = transformSync(text, {
        filename: path,
        sourceMaps: true,
        swcrc: false,
        configFile: false,
        module: { type: 'es6' },
        jsc: {
          parser: { syntax: 'typescript', tsx: path.endsWith('x'), decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: defines,
            react: { runtime: 'preserve' },
          },
          target: 'es2022',
          keepClassNames: true,
        },
      });
      return map === undefined
        ? null
        : withMap(path, `${loosen(code.replace(METADATA, '$1__zdrTypeOf($2)'))}${TYPE_OF}`, map);
    } catch {
      // esbuild says it better.
      return null;
    }
  };
}

function withMap(path: string, code: string, map: string): Lowered {
  const named = JSON.stringify({
    ...(JSON.parse(map) as object),
    sources: [basename(path)],
    sourcesContent: undefined,
  });
  const inline = Buffer.from(named).toString('base64');
  return { text: `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}`, map: named };
}
