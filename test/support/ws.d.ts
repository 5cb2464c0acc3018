// As much of ws as the tests use; it brings no types.
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  export class WebSocket extends EventEmitter {
    constructor(url: string);
    send(data: string): void;
    close(): void;
    terminate(): void;
  }
}
