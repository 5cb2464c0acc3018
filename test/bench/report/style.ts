import type { Look } from './stacks.js';

interface Colours {
  readonly paper: string;
  readonly edge: string;
  readonly ink: string;
  readonly faint: string;
  readonly own: string;
  readonly looks: Readonly<Record<Look, string>>;
}

/** Told apart without red and green too: by lightness. */
const light: Colours = {
  paper: '#ffffff',
  edge: '#d8dee4',
  ink: '#1f2328',
  faint: '#6e7781',
  own: '#f3faf5',
  looks: { old: '#b6c0cc', new: '#1a9e5c', stale: '#bf6a02', waited: '#e3b341', failed: '#d1242f' },
};

const dark: Colours = {
  paper: '#0d1117',
  edge: '#30363d',
  ink: '#e6edf3',
  faint: '#8b949e',
  own: '#101d18',
  looks: { old: '#4a5562', new: '#3fb950', stale: '#f0883e', waited: '#d9b44a', failed: '#ff5f56' },
};

/** Light, and dark for who prefers that. */
export const style = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: var(--ink); }
    .title { font-size: 17px; font-weight: 600; }
    .name { font-weight: 600; }
    .faint { fill: var(--faint); font-size: 12px; }
    .dots { fill: none; stroke-width: 3; stroke-dasharray: 3 1; }
    svg { ${rules(light)} }
    @media (prefers-color-scheme: dark) { svg { ${rules(dark)} } }
`;

function rules({ looks, ...rest }: Colours): string {
  return Object.entries({ ...rest, ...looks })
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');
}
