import type { EnvChange, Unit } from '../../protocol/ahead.js';

/** What this process started with. */
const base: Readonly<Record<string, string | undefined>> = { ...process.env };

/** How the environment differs now from what it was at the start. */
export function changeNow(): EnvChange {
  const change: Record<string, string | null> = {};
  const now = { ...process.env };
  for (const [name, value] of Object.entries(now))
    if (value !== undefined && base[name] !== value) change[name] = value;
  for (const name of Object.keys(base)) if (now[name] === undefined) change[name] = null;
  return change;
}

/** Makes the environment what it was at the start, but for `change`. */
export function become(change: EnvChange): void {
  const now = changeNow();
  for (const name of Object.keys(now)) if (!Object.hasOwn(change, name)) set(name, base[name]);
  for (const [name, value] of Object.entries(change)) set(name, value ?? undefined);
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Whether all variables that the package looked at are what they were when it was evaluated ahead. */
export function isAsExpected({ env, allEnv, change }: Unit): boolean {
  const expected = (name: string): string | undefined =>
    Object.hasOwn(change, name) ? (change[name] ?? undefined) : base[name];
  if (!env.every((name) => process.env[name] === expected(name))) return false;
  if (!allEnv) return true;
  // Of a variable that was listed and not read, only the name counts.
  const now = Object.keys(process.env);
  const then = new Set([...Object.keys(base), ...Object.keys(change)].filter((name) => expected(name) !== undefined));
  return now.length === then.size && now.every((name) => then.has(name));
}
