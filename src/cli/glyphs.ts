/** The signs of a line. */
export interface Glyphs {
  readonly reload: string;
  readonly failed: string;
  readonly warning: string;
  readonly draining: string;
  readonly done: string;
  readonly stopped: string;
  readonly pointer: string;
  readonly arrow: string;
  readonly dot: string;
  readonly ellipsis: string;
  /** Of a lane: more and more requests. */
  readonly levels: readonly string[];
  /** Of a lane: nothing new, but something is open. */
  readonly open: string;
}

const unicode: Glyphs = {
  reload: '↻',
  failed: '✘',
  warning: '▲',
  draining: '◌',
  done: '●',
  stopped: '■',
  pointer: '➜',
  arrow: '→',
  dot: '·',
  ellipsis: '…',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  open: '╌',
};

const ascii: Glyphs = {
  reload: '@',
  failed: 'x',
  warning: '!',
  draining: 'o',
  done: '*',
  stopped: '=',
  pointer: '>',
  arrow: '->',
  dot: '-',
  ellipsis: '...',
  levels: ['_', '-', '=', '+', '*', '#', '%', '@'],
  open: '~',
};

/**
 * ASCII where the locale says another encoding than UTF-8. No locale at all (containers) says nothing about the
 * terminal, and terminals are UTF-8; the Linux console and the old one of Windows lack the signs.
 */
export function chooseGlyphs(env: Readonly<Record<string, string | undefined>>, platform: string): Glyphs {
  if (platform === 'win32') return env['WT_SESSION'] || env['TERM_PROGRAM'] ? unicode : ascii;
  if (env['TERM'] === 'linux') return ascii;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale) ? unicode : ascii;
}

/** Text of others (frames of esbuild, hints) with the signs of this terminal. */
export function translate(text: string, to: Glyphs): string {
  if (to === unicode) return text;
  return text.replace(/[│╵╷├└…·→↻✘▲]/g, (sign) => plain[sign] ?? sign);
}

const plain: Readonly<Record<string, string>> = {
  '│': '|',
  '╵': '|',
  '╷': '|',
  '├': '|',
  '└': '|',
  '…': '...',
  '·': '-',
  '→': '->',
  '↻': '@',
  '✘': 'x',
  '▲': '!',
};
