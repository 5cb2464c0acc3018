import type { ToWorker } from '../protocol/messages.js';
import { holdOn, receive, send } from './channel.js';
import { check, cut } from './cut.js';
import { end } from './end.js';
import { booted, install as installFailure } from './failure.js';
import type { Handle } from './internals.js';
import { adopt, install as installListen, rebound, released } from './listen.js';
import { openAll } from './listeners.js';
import { startTaken, take } from './move.js';
import { listOpen } from './open.js';
import { load } from './program.js';
import { watchRequests } from './requests.js';
import { track } from './sockets.js';

/** A worker: boots as a standby, becomes the app when it is told to. It knows nothing of files. */
function handle(message: ToWorker, attached: Handle | undefined): void {
  switch (message.tag) {
    case 'adopt':
      if (attached !== undefined) adopt(message.key, message.address, attached);
      return;
    case 'load':
      void load(message.program);
      return;
    case 'go':
      booted();
      openAll();
      startTaken();
      return;
    case 'cut':
      return cut(message.move);
    case 'take':
      if (attached !== undefined) take({ ...message, handle: attached });
      return;
    case 'end':
      return end(message.polite);
    case 'list':
      return send({ tag: 'open', open: listOpen() });
    case 'probe':
      return send({ tag: 'probed' });
    case 'released':
      return released(message.key);
    case 'rebind':
      return rebound(message.key);
  }
}

installFailure();
installListen();
watchRequests();
track(check);
receive(handle);
holdOn(true);
send({ tag: 'standby' });
