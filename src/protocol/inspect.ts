import { LANE_FD, PIPES } from './lane.js';

/**
 * What the primary and a worker's relay thread say to each other, a JSON text a line, over a pipe of their own: the
 * worker's main thread, which may stand at a breakpoint, has no part in it. One union a direction.
 */
export type ToRelay =
  /** A new session of the inspector of the worker's main thread. */
  | { readonly tag: 'open'; readonly session: number }
  | {
      readonly tag: 'post';
      readonly session: number;
      readonly id: number;
      readonly method: string;
      readonly params: Params;
    }
  /** What stands at a breakpoint goes on when its last session is closed. */
  | { readonly tag: 'close'; readonly session: number };

export type ToInspector =
  /** The thread runs: from here on it needs nothing of the main thread. */
  | { readonly tag: 'up' }
  | { readonly tag: 'answer'; readonly session: number; readonly id: number; readonly result: Params }
  | { readonly tag: 'refusal'; readonly session: number; readonly id: number; readonly error: InspectorError }
  | { readonly tag: 'event'; readonly session: number; readonly event: InspectorEvent };

/** Parameters and results of the inspector's protocol: objects of JSON. */
export type Params = Readonly<Record<string, unknown>>;

export interface InspectorEvent {
  readonly method: string;
  readonly params: Params;
}

export interface InspectorError {
  readonly code: number;
  readonly message: string;
}

/** The pipe's number in the worker, behind those of the lane. */
export const PIPE = LANE_FD + PIPES;

/** Reads lines from pieces of text. */
export function lineReader(online: (line: string) => void): (text: string) => void {
  let rest: string[] = [];
  return (text) => {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      const whole = rest.length === 0 ? line : rest.join('') + line;
      rest = [];
      online(whole);
    }
    if (last !== '') rest.push(last);
  };
}
