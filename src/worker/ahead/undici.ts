import { builtin } from '../builtin.js';

/**
 * Node's undici takes 30 ms and leaves symbols among the globals. An app has it that uses one of its globals, and, since http
 * exports some of it (node 22), from `import 'node:http'` on: that ES module reads all that http exports.
 */
const COMES_WITH_HTTP = 'WebSocket' in builtin('node:http');

/** Globals that load it, some versions of node even when their property is only looked at. */
const LAZY: ReadonlySet<PropertyKey> = new Set([
  'CloseEvent',
  'ErrorEvent',
  'EventSource',
  'FormData',
  'Headers',
  'MessageEvent',
  'Request',
  'Response',
  'WebSocket',
]);

let guarded = false;

/** Whether this process has loaded it. */
export function hasUndici(): boolean {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  return COMES_WITH_HTTP && moduleLoadList.includes('NativeModule internal/deps/undici/undici');
}

/** Before an app that had it at its boot the last time. */
export async function loadUndici(): Promise<void> {
  await import('node:http');
}

/** The properties of an object that must not be looked at now. */
export function asleepIn(object: object): PropertyKey[] {
  if (object !== globalThis || !COMES_WITH_HTTP || guarded || hasUndici()) return [];
  return Reflect.ownKeys(object).filter((key) => LAZY.has(key));
}

/** Calls `touched` when somebody asks for one of them, or wants to put something there. They can be looked at from here on. */
export function guardUndici(touched: (name: string) => void): void {
  for (const key of asleepIn(globalThis)) {
    const tell = (): void => touched(String(key));
    // To define a property is to look at the one before.
    Reflect.deleteProperty(globalThis, key);
    Reflect.defineProperty(globalThis, key, { get: tell, set: tell, enumerable: false, configurable: true });
  }
  guarded = true;
}
