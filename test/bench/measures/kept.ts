import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../support/deadline.js';
import { Wire } from '../../torture/wire.js';
import { type Mark, versionIn } from '../probe.js';
import type { Running } from '../running.js';
import { isStale } from './saves.js';

/** Many clients that keep their connections, while saves go on. */
export interface Kept {
  readonly connections: number;
  readonly requests: number;
  readonly edits: number;
  readonly failed: number;
  /** Sent after the first answer of a version, answered by an older one. */
  readonly stale: number;
  /** Connections that the server ended between two requests. */
  readonly reconnects: number;
  /** How often each reason of a failure came. */
  readonly why: Readonly<Record<string, number>>;
}

export interface KeptPlan {
  readonly connections: number;
  readonly requests: number;
  readonly edits: number;
  /** The end in any case, ms. */
  readonly budget: number;
}

/** A client that was refused does not spin, ms. */
const REFUSED = 100;

export async function measureKept(running: Running, plan: KeptPlan): Promise<Kept> {
  const marks: Mark[] = [];
  let begun = 0;
  let reconnects = 0;
  let over = false;
  const seen = new Set<number>();

  async function client(): Promise<void> {
    let wire: Wire | null = null;
    while (!over && begun < plan.requests) {
      begun++;
      const at = performance.now();
      if (wire?.closed) {
        reconnects++;
        wire = null;
      }
      const mark: Mark & { readonly wire: Wire | null } = await request(wire, running.app.port, at);
      wire = mark.wire;
      marks.push(mark);
      if (mark.version === null) await wait(REFUSED);
      else seen.add(mark.version);
    }
    wire?.close();
  }

  const timer = setTimeout(() => (over = true), plan.budget);
  const clients = Promise.all(Array.from({ length: plan.connections }, client)).finally(() => (over = true));
  let edits = 0;
  while (edits < plan.edits && !over) {
    const next = ((edits + 0.5) / plan.edits) * plan.requests;
    await until('more requests', () => over || marks.length > next, plan.budget + 1000);
    if (over) break;
    const version = ++edits + 1;
    running.app.save(version);
    await until('the save', () => over || seen.has(version), plan.budget + 1000);
  }
  await clients;
  clearTimeout(timer);
  return { ...verdict(marks), connections: plan.connections, edits, reconnects };
}

async function request(kept: Wire | null, port: number, at: number): Promise<Mark & { readonly wire: Wire | null }> {
  try {
    const wire = kept ?? (await Wire.open({ host: '127.0.0.1', port }));
    const sentAt = performance.now();
    const outcome = await wire.send();
    if (outcome.tag === 'failed') return failed(at, outcome.why);
    const { status, start } = outcome.reply;
    const version = versionIn(start);
    if (status !== 200 || version === null) return { ...failed(at, `status ${status}`), wire };
    return { at: sentAt, endedAt: outcome.endedAt, version, why: null, wire };
  } catch (error) {
    return failed(at, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function failed(at: number, why: string): Mark & { readonly wire: null } {
  return { at, endedAt: performance.now(), version: null, why, wire: null };
}

function verdict(marks: readonly Mark[]): Pick<Kept, 'requests' | 'failed' | 'stale' | 'why'> {
  const firsts = new Map<number, number>();
  const why: Record<string, number> = {};
  for (const { version, endedAt, why: reason } of marks) {
    if (version !== null) firsts.set(version, Math.min(firsts.get(version) ?? Infinity, endedAt));
    if (reason !== null) why[reason] = (why[reason] ?? 0) + 1;
  }
  const isOld = (mark: Mark): boolean => [...firsts].some(([version, first]) => isStale(mark, version, first));
  return {
    requests: marks.length,
    failed: marks.filter(({ version }) => version === null).length,
    stale: marks.filter(isOld).length,
    why,
  };
}
