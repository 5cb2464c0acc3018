import { send } from './channel.js';
import { check } from './cut.js';
import { isEventStream, isUpgraded, listOpen, responseOf } from './open.js';
import { allConnections } from './sockets.js';

/** A WebSocket close frame with code 1012, "service restart" (RFC 6455 section 5.5.1, IANA registry of close codes). */
const RESTART = Buffer.from([0x88, 0x02, 0x03, 0xf4]);

/** How long a client may take to answer a close frame, in ms. */
const GOODBYE = 1_000;

/** Ends what is open. `polite`: only what would never end by itself, WebSockets and event streams. */
export function end(polite: boolean): void {
  send({ tag: 'open', open: listOpen() });
  for (const connection of allConnections()) {
    const { speaker, socket } = connection;
    const response = responseOf(speaker);
    if (isUpgraded(connection)) {
      if (speaker.writableLength === 0) speaker.write(RESTART);
      speaker.end();
      setTimeout(() => socket.destroy(), GOODBYE).unref();
    } else if (response !== null && isEventStream(response)) {
      response.end();
      if (!polite) speaker.destroySoon();
    } else if (!polite) {
      socket.destroy();
    }
  }
  check();
}
