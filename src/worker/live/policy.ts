/** What a page's Content-Security-Policy lets a script of this origin do. */
export interface Permission {
  /** The script may run; with `nonce`, if it carries this one. */
  readonly script: boolean;
  readonly nonce: string | null;
  /** The script may ask this origin for news. */
  readonly connect: boolean;
}

const NONCE = /^'nonce-(.+)'$/;

/** Reads the header; several policies in it must all agree. Source: Content Security Policy Level 3. */
export function permissionOf(header: string | readonly string[] | undefined): Permission {
  const policies = (header === undefined ? [] : [header].flat()).flatMap((one) => one.split(','));
  let permission: Permission = { script: true, nonce: null, connect: true };
  for (const policy of policies) {
    const one = read(policy);
    const nonce = one.nonce ?? permission.nonce;
    permission = { script: permission.script && one.script, nonce, connect: permission.connect && one.connect };
  }
  return permission;
}

function read(policy: string): Permission {
  const directives = new Map<string, readonly string[]>();
  for (const part of policy.split(';')) {
    const [name, ...sources] = part.trim().split(/\s+/);
    if (name !== undefined && name !== '' && !directives.has(name.toLowerCase()))
      directives.set(name.toLowerCase(), sources);
  }
  const fallback = directives.get('default-src');
  const scripts = directives.get('script-src-elem') ?? directives.get('script-src') ?? fallback;
  const connects = directives.get('connect-src') ?? fallback;
  const nonce = scripts?.map((source) => NONCE.exec(source)?.[1]).find((found) => found !== undefined) ?? null;
  const strict = scripts?.includes("'strict-dynamic'") === true;
  const sandboxed = directives.get('sandbox')?.includes('allow-scripts') === false;
  return {
    script: !sandboxed && (nonce !== null || (!strict && allowsSelf(scripts))),
    nonce,
    connect: allowsSelf(connects),
  };
}

function allowsSelf(sources: readonly string[] | undefined): boolean {
  return sources === undefined || sources.some((source) => source === "'self'" || source === '*');
}
