import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, frameOf, frameReader, PING, TEXT } from '../../dist/inspect/frames.js';

/** As a client sends it: masked. */
function masked(opcode: number, payload: Buffer, last = true): Buffer {
  const frame = frameOf(opcode, payload);
  const head = frame.length - payload.length;
  const mask = Buffer.from([1, 2, 3, 250]);
  frame[0] = last ? frame[0]! : frame[0]! & 0x7f;
  frame[1] = frame[1]! | 0x80;
  return Buffer.concat([frame.subarray(0, head), mask, payload.map((byte, at) => byte ^ mask[at & 3]!)]);
}

function read(pieces: readonly Buffer[]): { frames: Frame[]; wrong: number } {
  const frames: Frame[] = [];
  let wrong = 0;
  const reader = frameReader(
    (frame) => frames.push(frame),
    () => (wrong += 1),
  );
  for (const piece of pieces) reader(piece);
  return { frames, wrong };
}

const sizes = [0, 1, 125, 126, 65_535, 65_536, 200_000];

for (const size of sizes)
  test(`a frame of ${size} bytes is read, whole, in two pieces, and with others behind it`, () => {
    const payload = Buffer.alloc(size, 'zdr');
    const bytes = masked(TEXT, payload);
    const three = Buffer.concat([bytes, masked(PING, Buffer.from('?')), bytes]);
    for (const cut of [0, 1, 2, 5, 13, bytes.length, bytes.length + 3]) {
      const { frames, wrong } = read([three.subarray(0, cut), three.subarray(cut)]);
      assert.equal(wrong, 0);
      assert.deepEqual(
        frames.map(({ opcode }) => opcode),
        [TEXT, PING, TEXT],
      );
      assert.ok(frames[0]!.payload.equals(payload) && frames[2]!.payload.equals(payload));
    }
  });

test('byte by byte', () => {
  const bytes = Buffer.concat([masked(TEXT, Buffer.from('one'), false), masked(0, Buffer.from(' two'))]);
  const { frames } = read([...bytes].map((byte) => Buffer.from([byte])));
  assert.deepEqual(
    frames.map(({ last, payload }) => [last, payload.toString()]),
    [
      [false, 'one'],
      [true, ' two'],
    ],
  );
});

const wrongs: Readonly<Record<string, Buffer>> = {
  'not masked': frameOf(TEXT, Buffer.from('x')),
  'a reserved bit': Buffer.from([0xc1, 0x80, 0, 0, 0, 0]),
  'far too long': Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
};

for (const [name, bytes] of Object.entries(wrongs))
  test(`${name}: refused, once, and nothing is read behind it`, () => {
    const { frames, wrong } = read([bytes, masked(TEXT, Buffer.from('x'))]);
    assert.deepEqual([frames.length, wrong], [0, 1]);
  });
