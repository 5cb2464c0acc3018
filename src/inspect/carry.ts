import { pathToFileURL } from 'node:url';
import type { InspectorEvent, Params } from '../protocol/inspect.js';
import type { Command, Recorded } from './record.js';
import type { Session } from './session.js';
import { type BundleMap, type Position, readBundleMap, type SourcePosition } from './sources.js';

/**
 * Breakpoints of one debugger in the app's files, set where a bundle has them. Each bundle is a script of its own, and
 * by the time that a debugger has read its source map, what runs at boot has run. So those that it has set in the bundle
 * before are set at the same lines of the files ahead, and so are those that it has set by the name of a file, which V8
 * knows nothing of. To the debugger they have the names of its own; one of its own at the same place takes over.
 */
export interface Carried {
  /** Sets in this session what the debugger has set up so far, and is not set there yet. */
  place(recorded: () => Recorded, origins: Origins): Promise<void>;
  /**
   * The debugger has set one: in the bundle, then its place in the app's files is added to `origins`, or by the name of
   * a file, then the result gets the locations in the bundle.
   */
  added(command: Command, result: Params, recorded: () => Recorded, origins: Origins): Promise<Params>;
  /** Resolves once nothing stops there any more. */
  removed(breakpointId: string): Promise<void>;
  /** All are gone: `Debugger.disable`. */
  cleared(): void;
  /** An event as the debugger is to see it. */
  seen(event: InspectorEvent): readonly InspectorEvent[];
}

/** Where in the app's files each breakpoint lies that was set in a bundle. */
export type Origins = Map<string, SourcePosition>;

interface Placed {
  /** The debugger's breakpoints that it stands for. */
  readonly stands: Set<string>;
  location: Params | null;
}

/** `tell`: a breakpoint found its place in a script that the debugger knows. */
export function openCarried(session: Session, bundle: string, tell: (event: InspectorEvent) => void): Carried {
  const script = pathToFileURL(bundle).href;
  const urlRegex = `^${script.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
  const placed = new Map<string, Placed>();
  /** Places of the debugger's own, which need none of ours. */
  const own = new Map<string, readonly string[]>();
  let map: Promise<BundleMap | null> | null = null;
  const readMap = (): Promise<BundleMap | null> => (map ??= readBundleMap(bundle));

  const remove = async (id: string): Promise<void> => {
    placed.delete(id);
    await session.post({ method: 'Debugger.removeBreakpoint', params: { breakpointId: id } });
  };
  const settle = (id: string, one: Placed): void => {
    const { location } = one;
    if (location !== null && [...own.values()].some((places) => places.includes(placeOf(location)))) void remove(id);
  };

  async function set(wanted: Wanted, { line, column }: Position, asked: string | null): Promise<void> {
    // V8 makes a breakpoint's name of what was asked for. It may be resolved before the answer is heard.
    const id = `2:${line}:${column}:${urlRegex}`;
    const same = placed.get(id);
    if (same !== undefined) return void same.stands.add(wanted.id);
    const one: Placed = { stands: new Set([wanted.id]), location: null };
    placed.set(id, one);
    const params = { urlRegex, lineNumber: line, columnNumber: column, condition: wanted.condition };
    const outcome = await session.post({ method: 'Debugger.setBreakpointByUrl', params });
    if (outcome.tag === 'error') return void placed.delete(id);
    const [location] = locationsOf(outcome.result);
    if (location === undefined || !placed.has(id)) return;
    one.location = location;
    settle(id, one);
    if (wanted.id === asked) return;
    tell({ method: 'Debugger.breakpointResolved', params: { breakpointId: wanted.id, location } });
  }

  async function place(recorded: () => Recorded, origins: Origins, asked: string | null): Promise<void> {
    const known = namedIn(recorded(), script).length === 0 ? null : await readMap();
    if (known === null) return;
    // Some may have been removed meanwhile.
    const wanted = namedIn(recorded(), script).flatMap((one) =>
      sourcesOf(one, origins, known).map((source) => ({ ...one, source })),
    );
    const positions = known.generated(wanted.map(({ source }) => source));
    await Promise.all(wanted.map((one, at) => (positions[at] ? set(one, positions[at], asked) : null)));
  }

  return {
    place: (recorded, origins) => place(recorded, origins, null),
    async added({ params }, result, recorded, origins) {
      const name = String(result['breakpointId']);
      const locations = locationsOf(result);
      if (params['url'] === script) {
        own.set(name, locations.map(placeOf));
        for (const [id, one] of placed) settle(id, one);
        const origin = (await readMap())?.original(positionOf(params));
        if (origin) origins.set(name, origin);
        return result;
      }
      await place(recorded, origins, name);
      const more = [...placed.values()].flatMap((one) => (one.stands.has(name) ? (one.location ?? []) : []));
      return { ...result, locations: [...locations, ...more] };
    },
    async removed(breakpointId) {
      own.delete(breakpointId);
      const idle = [...placed].filter(([, { stands }]) => stands.delete(breakpointId) && stands.size === 0);
      await Promise.all(idle.map(([id]) => remove(id)));
    },
    cleared() {
      placed.clear();
      own.clear();
    },
    seen(event) {
      const { method, params } = event;
      const hit = (method === 'Debugger.paused' ? (params['hitBreakpoints'] ?? []) : []) as readonly string[];
      if (hit.some((id) => placed.has(id))) {
        const names = hit.flatMap((id) => [...(placed.get(id)?.stands ?? [id])]);
        return [{ method, params: { ...params, hitBreakpoints: [...new Set(names)] } }];
      }
      const id = String(params['breakpointId']);
      const one = method === 'Debugger.breakpointResolved' ? placed.get(id) : undefined;
      if (one === undefined) return [event];
      one.location = params['location'] as Params;
      settle(id, one);
      return [...one.stands].map((breakpointId) => ({ method, params: { ...params, breakpointId } }));
    },
  };
}

interface Wanted {
  /** The debugger's name of it. */
  readonly id: string;
  readonly params: Params;
  readonly condition: unknown;
}

/** The debugger's breakpoints that are set by a name, but for those in the script itself. */
function namedIn(recorded: Recorded, script: string): readonly Wanted[] {
  return [...recorded].flatMap(([key, { method, params }]) => {
    if (method !== 'Debugger.setBreakpointByUrl' || namesOf(params)(script)) return [];
    return { id: key.slice('breakpoint '.length), params, condition: params['condition'] };
  });
}

function sourcesOf({ id, params }: Wanted, origins: Origins, map: BundleMap): readonly SourcePosition[] {
  const origin = origins.get(id);
  if (origin !== undefined) return [origin];
  return map.urls.filter(namesOf(params)).map((url) => ({ url, ...positionOf(params) }));
}

/** Whether a breakpoint's name is that of a script. */
function namesOf({ url, urlRegex }: Params): (script: string) => boolean {
  if (typeof urlRegex !== 'string') return (script) => script === url;
  try {
    const regex = new RegExp(urlRegex);
    return (script) => regex.test(script);
  } catch {
    return () => false;
  }
}

function positionOf({ lineNumber, columnNumber }: Params): Position {
  return { line: Number(lineNumber), column: Number(columnNumber ?? 0) };
}

function locationsOf(result: Params): readonly Params[] {
  return result['locations'] as readonly Params[];
}

function placeOf({ lineNumber, columnNumber }: Params): string {
  return `${String(lineNumber)}:${String(columnNumber)}`;
}
