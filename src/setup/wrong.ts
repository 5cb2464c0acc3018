import type { Section } from '../section.js';

/** A mistake in how zdr was called or configured: what is wrong, and what to do about it. */
export interface Wrong {
  readonly tag: 'wrong';
  readonly message: string;
  readonly hint: string;
  /** What others have said about it, in several lines: a frame of esbuild's, an error's stack. */
  readonly detail?: string;
  /** The heading of the README that has more. */
  readonly section: Section;
}

export function wrong(message: string, hint: string, section: Section = 'options'): Wrong {
  return { tag: 'wrong', message, hint, section };
}
