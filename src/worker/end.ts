import type { ServerResponse } from 'node:http';
import { send } from './channel.js';
import { check } from './cut.js';
import { dropHeld, isHeld } from './hold.js';
import { endSession, isSession } from './http2.js';
import { isEventStream, isUpgraded, listOpen, responseOf } from './open.js';
import { allConnections } from './sockets.js';
import { endUpgraded } from './upgrade.js';

/** How long a client may take to answer a close frame, and an app to end the frame that it writes, in ms. */
const GOODBYE = 1_000;

/** Ends what is open. `polite`: only what would never end by itself, WebSockets and event streams. */
export function end(polite: boolean): void {
  send({ tag: 'open', open: listOpen() });
  for (const connection of allConnections()) {
    const { speaker, socket } = connection;
    const response = responseOf(speaker);
    if (isSession(connection)) {
      endSession(connection, polite);
    } else if (isHeld(connection)) {
      dropHeld(connection, polite);
    } else if (isUpgraded(connection)) {
      endUpgraded(speaker);
      setTimeout(() => socket.destroy(), GOODBYE).unref();
    } else if (response !== null && isEventStream(response)) {
      finish(response);
      if (!polite) speaker.destroySoon();
    } else if (!polite) {
      socket.destroy();
    }
  }
  check();
}

/** A clean end of the stream. The app does not know yet: what it goes on writing is no error and goes nowhere. */
function finish(response: ServerResponse): void {
  response.end();
  response.write = () => false;
  response.end = () => response;
}
