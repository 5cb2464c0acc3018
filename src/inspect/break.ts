import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { InspectorEvent } from '../protocol/inspect.js';
import type { Session } from './session.js';

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber?: number;
}

/** What comes before the app's first line is shorter than so many steps. */
const MOST = 1_000;

/**
 * Makes a worker that is about to load `bundle` stand still at the app's first line, as `node --inspect-brk` does: stops
 * at the bundle's first statement, which is no line of the app, and goes on in steps to where a source begins.
 */
export async function breakOnStart(session: Session, bundle: string): Promise<void> {
  const isSource = await sourcesOf(bundle);
  const url = pathToFileURL(bundle).href;
  const params = { url, lineNumber: 0, columnNumber: 0 };
  const set = await session.post({ method: 'Debugger.setBreakpointByUrl', params });
  // Without `Debugger.enable`, a debugger that only profiles.
  if (set.tag === 'error') return;
  const { breakpointId } = set.result;
  let script: string | null = null;
  let steps = 0;

  session.intercept(({ method, params: about }) => {
    const event: InspectorEvent = { method, params: about };
    if (method === 'Debugger.resumed') return script === null ? event : null;
    if (method !== 'Debugger.paused') return event;
    const [top] = about['callFrames'] as readonly { readonly location: Location }[];
    const hit = about['hitBreakpoints'] as readonly string[] | undefined;
    if (script === null) {
      if (top === undefined || hit?.includes(String(breakpointId)) !== true) return event;
      script = top.location.scriptId;
      void session.post({ method: 'Debugger.removeBreakpoint', params: { breakpointId } });
    } else if (hit !== undefined && hit.length > 0) {
      session.intercept(null);
      return event;
    }
    const inside = top?.location.scriptId === script;
    steps += 1;
    if ((inside && isSource(top.location)) || steps > MOST) {
      session.intercept(null);
      return { method, params: { ...about, reason: 'Break on start', hitBreakpoints: [] } };
    }
    void session.post({ method: inside ? 'Debugger.stepInto' : 'Debugger.stepOut', params: {} });
    return null;
  });
}

/** Whether a place in the bundle belongs to a file of the project. */
async function sourcesOf(bundle: string): Promise<(location: Location) => boolean> {
  try {
    const map = new SourceMap(JSON.parse(await readFile(`${bundle}.map`, 'utf8')) as never);
    return ({ lineNumber, columnNumber = 0 }) => {
      const entry = map.findEntry(lineNumber, columnNumber);
      return 'originalSource' in entry && !/[\\/]node_modules[\\/]/.test(entry.originalSource);
    };
  } catch {
    return () => true;
  }
}
