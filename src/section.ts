/** The headings of the README that problems point to, as in its links. */
export const sections = ['options', 'config', 'status', 'debugging', 'live-reload', 'docker-and-wsl'] as const;

/** One of them. */
export type Section = (typeof sections)[number];
