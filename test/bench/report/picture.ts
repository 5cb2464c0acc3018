import { isNone, type Lane, type Results, type ToolResult } from '../results.js';
import { LONG, type Look, type Stack, stacks } from './stacks.js';
import { style } from './style.js';
import { count, ms } from './words.js';

/** What is shown around a save, and how fine, ms. */
const FROM = -100;
const TO = 1200;
const SLICE = 8;
/** Room for a request; a mark is one less. */
const DOT = 4;

const LEFT = 150;
const TOP = 104;
const PITCH = 46;
const ROWS = 6;
const WIDTH = LEFT + ((TO - FROM) / SLICE) * DOT + 210;

const legend: readonly (readonly [Look, string])[] = [
  ['old', 'answered by the old code'],
  ['new', 'by the new code'],
  ['stale', 'by the old code after the new'],
  ['waited', `after more than ${LONG} ms`],
  ['failed', 'failed'],
];

/** One lane a tool, one mark a request, around one save. */
export function picture({ tools }: Results): string {
  const shown = tools.flatMap((tool) => (tool.lane === undefined ? [] : [{ tool, lane: tool.lane }]));
  const height = TOP + shown.length * PITCH + 44;
  const lanes = shown.map(({ tool, lane }, index) => laneAt(tool, lane, TOP + index * PITCH));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title what">
  <title id="title">What clients get around a save</title>
  <desc id="what">${escape(shown.map(({ tool, lane }) => `${tool.name}: ${summary(lane).join(', ')}`).join('; '))}</desc>
  <style>${style}  </style>
  <rect x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8" fill="var(--paper)" stroke="var(--edge)"/>
  <text class="title" x="20" y="34">One save. Each mark is a request, where it was sent.</text>
  ${legendAt(60)}
  ${own(shown)}
  ${axis(height)}
${lanes.join('\n')}
  <path d="M${x(0)} ${TOP - 14}V${height - 34}" stroke="var(--ink)" stroke-width="1.5"/>
  <text x="${x(0)}" y="${TOP - 20}" text-anchor="middle">save</text>
</svg>
`;
}

/** The lane of zdr lies on a ground of its own. */
function own(shown: readonly { readonly tool: ToolResult }[]): string {
  const index = shown.findIndex(({ tool }) => tool.id === 'zdr');
  if (index < 0) return '';
  return `<rect x="1" y="${TOP + index * PITCH}" width="${WIDTH - 2}" height="${PITCH}" fill="var(--own)"/>`;
}

function x(at: number): number {
  return LEFT + ((at - FROM) / SLICE) * DOT;
}

function legendAt(y: number): string {
  let left = 20;
  return legend
    .map(([look, words]) => {
      const own = `<path class="dots" stroke="var(--${look})" d="M${left + 2} ${y + 4}v-11M${left + 6} ${y + 4}v-11"/><text class="faint" x="${left + 14}" y="${y + 3}">${words}</text>`;
      left += 34 + words.length * 6.6;
      return own;
    })
    .join('\n  ');
}

function axis(height: number): string {
  const times = [0, 200, 400, 600, 800, 1000, 1200];
  return times
    .map(
      (at) =>
        `<path d="M${x(at)} ${TOP}V${height - 34}" stroke="var(--edge)"/><text class="faint" x="${x(at)}" y="${height - 16}" text-anchor="middle">${`${at} ms`}</text>`,
    )
    .join('\n  ');
}

function laneAt(tool: ToolResult, lane: Lane, top: number): string {
  const floor = top + (PITCH + ROWS * DOT) / 2;
  const middle = top + PITCH / 2;
  const [live, rest] = summary(lane);
  const right = x(TO) + 16;
  const version = isNone(tool.version) ? '' : String(tool.version);
  return `  <text class="name" x="20" y="${middle - 2}">${escape(tool.name)}</text><text class="faint" x="20" y="${middle + 14}">${escape(version)}</text>
  ${marks(lane, floor)}
  <text x="${right}" y="${middle - 2}">${live}</text><text class="faint" x="${right}" y="${middle + 14}">${rest}</text>`;
}

function summary({ live, dots }: Lane): readonly [string, string] {
  const shown = dots.filter(({ at }) => at >= FROM && at < TO);
  const of = (kind: string): number => shown.filter((dot) => dot.kind === kind).length;
  const wrong = [
    of('failed') > 0 ? `${count(of('failed'))} failed` : '',
    of('stale') > 0 ? `${count(of('stale'))} stale` : '',
  ].filter(Boolean);
  return [
    live === null ? 'never live' : `live after ${ms(live)} ms`,
    wrong.length > 0 ? `${wrong.join(', ')} of ${count(shown.length)}` : `none of ${count(shown.length)} failed`,
  ];
}

function marks({ dots }: Lane, floor: number): string {
  const all = stacks(dots, FROM, TO, SLICE);
  return legend
    .map(([look]) => {
      const own = all.filter((stack) => stack.look === look);
      return own.length === 0
        ? ''
        : `<path class="dots" stroke="var(--${look})" d="${own.map((stack) => pathOf(stack, floor)).join('')}"/>`;
    })
    .filter(Boolean)
    .join('\n  ');
}

/** A stack is one dashed line. More requests than there is room for are not shown. */
function pathOf({ column, row, count }: Stack, floor: number): string {
  const room = Math.min(count, ROWS - row);
  return room <= 0 ? '' : `M${LEFT + column * DOT + DOT / 2} ${floor - row * DOT}v-${room * DOT - 1}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
