/** The conditions that `NODE_OPTIONS` has for every node that is started with it, in its order. */
export function conditionsOf(nodeOptions: string): readonly string[] {
  const words = wordsOf(nodeOptions);
  return words.flatMap((word, at) => {
    const [, value] = /^(?:-C|--conditions)=(.*)$/s.exec(word) ?? [];
    if (value !== undefined) return value;
    return word === '-C' || word === '--conditions' ? (words[at + 1] ?? []) : [];
  });
}

/** As node takes it apart: at spaces that are not quoted; within quotes a backslash keeps the next character. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|[^" ])+/gs)].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"/gs, (_whole, inner: string) => inner.replace(/\\(.)/gs, '$1')),
  );
}
