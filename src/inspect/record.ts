import type { Params } from '../protocol/inspect.js';

/** A command of the inspector's protocol. */
export interface Command {
  readonly method: string;
  readonly params: Params;
}

/** What a debugger has set up: the commands that a new generation gets too, in the order of their first mention. */
export type Recorded = ReadonlyMap<string, Command>;

/** Settings of which the last one counts. */
const SETTINGS = new Set([
  'Debugger.setAsyncCallStackDepth',
  'Debugger.setBlackboxExecutionContexts',
  'Debugger.setBlackboxPatterns',
  'Debugger.setBreakpointsActive',
  'Debugger.setPauseOnExceptions',
  'Debugger.setSkipAllPauses',
  'NodeRuntime.notifyWhenWaitingForDisconnect',
  'Profiler.setSamplingInterval',
  'Runtime.setAsyncCallStackDepth',
  'Runtime.setCustomObjectFormatterEnabled',
  'Runtime.setMaxCallStackSizeToCapture',
]);

/** Breakpoints that mean the same in another process. V8 gives them the same ids there. */
const BREAKPOINTS = new Set(['Debugger.setBreakpointByUrl', 'Debugger.setInstrumentationBreakpoint']);

/** Whether a command may change what {@link record} keeps. */
export function isLasting({ method }: Command): boolean {
  const [, verb] = method.split('.');
  return (
    SETTINGS.has(method) ||
    BREAKPOINTS.has(method) ||
    method === 'Debugger.removeBreakpoint' ||
    method === 'Runtime.addBinding' ||
    method === 'Runtime.removeBinding' ||
    verb === 'enable' ||
    verb === 'disable'
  );
}

/** What is kept after a command that succeeded. */
export function record(recorded: Recorded, command: Command, result: Params): Recorded {
  if (!isLasting(command)) return recorded;
  const { method, params } = command;
  const [domain = '', verb] = method.split('.');
  const next = new Map(recorded);
  if (verb === 'disable') {
    for (const [key, { method: other }] of recorded) if (other.startsWith(`${domain}.`)) next.delete(key);
  } else if (method === 'Debugger.removeBreakpoint') next.delete(`breakpoint ${String(params['breakpointId'])}`);
  else if (BREAKPOINTS.has(method)) next.set(`breakpoint ${String(result['breakpointId'])}`, command);
  else if (method === 'Runtime.removeBinding') next.delete(`binding ${String(params['name'])}`);
  else if (method === 'Runtime.addBinding') next.set(`binding ${String(params['name'])}`, command);
  else next.set(method, command);
  return next;
}

/** Would stop what a standby does before it has the app, which nobody wants to see. */
export function isForApp({ method }: Command): boolean {
  return (
    BREAKPOINTS.has(method) ||
    ['Debugger.setPauseOnExceptions', 'NodeWorker.enable', 'Runtime.addBinding'].includes(method)
  );
}

/**
 * Makes a worker stand still before each script: its debugger sets breakpoints there. Without one that listens it would
 * stand for ever.
 */
export function standsStill({ method }: Command): boolean {
  return method === 'Debugger.setInstrumentationBreakpoint';
}
