// As much of ws as the tests use; it brings no types.
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { Duplex } from 'node:stream';
  export class WebSocket extends EventEmitter {
    constructor(
      url: string,
      options?: { readonly rejectUnauthorized?: boolean; readonly createConnection?: () => Duplex },
    );
    send(data: string): void;
    close(): void;
    terminate(): void;
  }
}
