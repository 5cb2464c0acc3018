import { dirname, resolve } from 'node:path';
import { findInstances, type Instance } from '../control/find.js';
import { packageFolder } from '../package-folder.js';
import type { ControlCommand } from './control-command.js';
import { harmlessName } from './harmless.js';
import { leave, say } from './output.js';
import { shownPath } from './paths.js';
import type { Style } from './style.js';
import { usageExit, wrong, wrongText } from './wrong.js';

/** The instance that a command is for, or why there is none. */
export type Reached = { readonly tag: 'reached'; readonly instance: Instance } | Missed;

interface Missed {
  readonly tag: 'missed';
  readonly message: string;
  readonly hint: string;
  readonly code: number;
}

/** Finds the one instance that runs here, or the one that was named. */
export async function reach({ tag, entry, pid }: ControlCommand, cwd: string): Promise<Reached> {
  const file = entry === null ? null : resolve(cwd, entry);
  const project = packageFolder(file === null ? cwd : dirname(file)) ?? cwd;
  const { instances, untrusted, silent } = await findInstances(project);
  const meant = instances.filter(
    (instance) => (pid === null || instance.pid === pid) && (file === null || instance.entry === file),
  );
  const [instance] = meant;
  if (meant.length > 1)
    return miss(`${meant.length} instances run here`, `name one of them: ${names(meant, tag, cwd)}`, usageExit);
  if (instance !== undefined) return { tag: 'reached', instance };
  if (instances.length > 0)
    return miss(
      `no instance ${pid === null ? `of ${shownPath(file ?? cwd, cwd)}` : `with pid ${pid}`} runs here`,
      `there is ${names(instances, tag, cwd)}`,
    );
  const place = harmlessName(project);
  if (silent.length > 0)
    return miss(`zdr (pid ${silent.join(', ')}) does not answer`, `it runs for ${place}; is it stopped?`);
  if (untrusted.length > 0)
    return miss(
      `zdr (pid ${untrusted.join(', ')}) belongs to somebody else`,
      'only the user who started it may control it',
    );
  return miss('no zdr runs here', `looked for one of ${place}; zdr dev starts it`);
}

function miss(message: string, hint: string, code = 1): Reached {
  return { tag: 'missed', message, hint, code };
}

/** Says it, and ends the process. */
export function missed({ message, hint, code }: Missed, style: Style): Promise<never> {
  say(wrongText(wrong(message, hint, 'status'), style));
  return leave(code);
}

/** `zdr reload --pid 12 (src/a.ts), zdr reload --pid 13 (src/b.ts)`. */
function names(instances: readonly Instance[], tag: string, cwd: string): string {
  return instances.map(({ pid, entry }) => `zdr ${tag} --pid ${pid} (${shownPath(entry, cwd)})`).join(', ');
}
