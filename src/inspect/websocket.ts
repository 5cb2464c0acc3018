import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { BINARY, CLOSE, CONTINUATION, frameOf, frameReader, PING, PONG, TEXT, type Frame } from './frames.js';

/** The server's end of a WebSocket that carries texts. */
export interface WebSocketEnd {
  /** Does nothing once it is closed. */
  send(text: string): void;
  close(): void;
}

export interface WebSocketEvents {
  onText(text: string): void;
  /** Once, for whatever reason. */
  onClose(): void;
}

/** RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;

/** Answers an upgrade. Null: it is none that could be answered, and the socket is closed. */
export function accept(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  events: WebSocketEvents,
): WebSocketEnd | null {
  const key = request.headers['sec-websocket-key'];
  socket.on('error', () => socket.destroy());
  if (key === undefined || request.headers['sec-websocket-version'] !== '13') {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return null;
  }
  const proof = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`,
  );
  let open = true;
  let parts: Buffer[] = [];

  const write = (opcode: number, payload: Buffer): void => {
    if (open && socket.writable) socket.write(frameOf(opcode, payload));
  };
  const close = (code: number): void => {
    if (!open) return;
    const reason = Buffer.alloc(2);
    reason.writeUInt16BE(code);
    write(CLOSE, reason);
    open = false;
    socket.end();
  };
  const onFrame = ({ last, opcode, payload }: Frame): void => {
    if (!open) return;
    switch (opcode) {
      case PING:
        return write(PONG, payload);
      case PONG:
        return;
      case CLOSE:
        write(CLOSE, payload);
        open = false;
        return void socket.end();
      case TEXT:
      case BINARY:
      case CONTINUATION:
        parts.push(payload);
        if (!last) return;
        events.onText(Buffer.concat(parts).toString());
        parts = [];
        return;
    }
    close(PROTOCOL_ERROR);
  };
  const read = frameReader(onFrame, () => close(PROTOCOL_ERROR));
  if (head.length > 0) socket.unshift(head);
  socket.on('data', read);
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    open = false;
    events.onClose();
  });
  return { send: (text) => write(TEXT, Buffer.from(text)), close: () => close(GOING_AWAY) };
}
