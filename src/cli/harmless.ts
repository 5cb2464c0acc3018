/**
 * Text of others must not steer the terminal: names, paths and errors can hold escape sequences. Control characters,
 * and those that turn the direction of writing, are shown as what they are.
 */
const controls = '\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069';
const inName = new RegExp(`[${controls}]`, 'g');
const inText = new RegExp(`(?![\\n\\t])[${controls}]`, 'g');
const inColoured = new RegExp(`(?![\\n\\t])(?!\\u001b\\[[\\d;]*m)[${controls}]`, 'g');

/** For one line: also line ends are made visible. */
export function harmlessName(name: string): string {
  return name.replace(inName, visible);
}

/** For several lines: line ends and tabs stay. */
export function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(inText, visible);
}

/** Colours stay too, and end with the text. */
export function harmlessColoured(text: string): string {
  return `${text.replaceAll('\r\n', '\n').replace(inColoured, visible)}\u001b[0m`;
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}
