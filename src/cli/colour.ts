/** What decides about colours, beside the command line. */
export interface ColourHints {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
}

/**
 * Whether to colour. The command line wins over the environment, no over yes, and a pipe is plain also in CI: what
 * reads it may not be a person.
 */
export function wantsColour({ argv, env, isTTY }: ColourHints): boolean {
  const end = argv.indexOf('--');
  const flag = argv
    .slice(0, end === -1 ? argv.length : end)
    .findLast((word) => word === '--color' || word === '--no-color');
  if (flag !== undefined) return flag === '--color';
  if (env['NO_COLOR']) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}
