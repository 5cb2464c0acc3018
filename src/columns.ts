/** The columns that a text takes on a screen: what East Asian scripts and emoji are made of takes two, marks none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfOne(character);
  return columns;
}

const nothing = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$/u;

/** Of one code point. */
export function columnsOfOne(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (nothing.test(character)) return 0;
  return wide.test(character) || /^\p{Emoji_Presentation}$/u.test(character) || code >= 0x20000 ? 2 : 1;
}
