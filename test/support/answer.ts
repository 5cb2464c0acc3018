import { type Asked, type Head, readReplies } from './replies.js';

/** A complete HTTP answer. */
export interface Answer extends Head {
  readonly body: Buffer;
}

export interface AnswerReader {
  /** Takes bytes of the connection; returns the answer when it is complete. */
  push(bytes: Buffer): Answer | null;
  /** What came of the answer's head so far. */
  readonly head: Head;
}

/** Reads one HTTP/1.1 answer. `onBody` sees the body as it comes. Bytes after the answer are an error. */
export function readAnswer(onBody: (bytes: Buffer) => void = () => {}): AnswerReader {
  const body: Buffer[] = [];
  let answer: Answer | null = null;
  const asked: Asked = {
    method: 'GET',
    onBody(bytes) {
      body.push(bytes);
      onBody(bytes);
    },
    onInterim() {},
    onReply: ({ status, headers }) => void (answer = { status, headers, body: Buffer.concat(body) }),
  };
  const reader = readReplies(() => (answer === null ? asked : undefined));
  return {
    get head() {
      return reader.head;
    },
    push(bytes) {
      reader.push(bytes);
      return answer;
    },
  };
}
