import { isAbsolute, join, resolve, sep } from 'node:path';

/** Paths that a pattern means. */
export interface Glob {
  /** The deepest folder (or the very path) that holds all matches. */
  readonly base: string;
  /** Whether this absolute path matches, or lies in a folder that does. */
  matches(path: string): boolean;
}

/**
 * Compiles a path or a glob with `**`, `*`, `?`, `[abc]` and `{a,b}`, relative to `cwd`. A folder means all that is in it.
 * node has `path.matchesGlob` from 22 on only.
 */
export function compileGlob(pattern: string, cwd: string): Glob {
  const parts = toPosix(pattern).split('/');
  const magic = parts.findIndex((part) => /[*?[{]/.test(part));
  const fixed = magic < 0 ? parts : parts.slice(0, magic);
  const start = isAbsolute(pattern) ? fixed.join('/') || '/' : fixed.join('/');
  const base = resolve(cwd, start);
  const rest = magic < 0 ? '' : parts.slice(magic).join('/');
  // A name without a slash means files of that name at any depth, as in a .gitignore.
  const anywhere = magic === 0 && parts.length === 1 ? '(?:.*/)?' : '';
  const inside = rest === '' ? '' : `${escape(toPosix(join(base, sep)))}${anywhere}${toSource(rest)}`;
  const regex = new RegExp(`^${rest === '' ? escape(toPosix(base)) : inside}(?:/.*)?$`);
  return { base, matches: (path) => regex.test(toPosix(path)) };
}

/** Whether a path matches any of the patterns. */
export function matcherOf(patterns: readonly string[], cwd: string): (path: string) => boolean {
  const globs = patterns.map((pattern) => compileGlob(pattern, cwd));
  return (path) => globs.some((glob) => glob.matches(path));
}

function toSource(glob: string): string {
  let depth = 0;
  return glob.replace(/\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|[{},]|[^*?[\]{},]+|[[\]]/g, (token) => {
    switch (token) {
      case '**/':
        return '(?:[^/]+/)*';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      case '{':
        depth++;
        return '(?:';
      case '}':
        return depth > 0 ? (depth--, ')') : '\\}';
      case ',':
        return depth > 0 ? '|' : ',';
    }
    return /^\[.+\]$/.test(token) ? token.replace(/^\[!/, '[^').replace(/\\/g, '\\\\') : escape(token);
  });
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function toPosix(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
