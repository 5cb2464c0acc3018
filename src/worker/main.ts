import { dirname } from 'node:path';
import { FORKED, type ToWorker } from '../protocol/messages.js';
import { answered } from './asking.js';
import { become, drain, installApp } from './app.js';
import { holdOn, keepToOurselves, receive, send, share } from './channel.js';
import { check, settle, warm } from './ahead/warm.js';
import { reportLater } from './ahead/report.js';
import { installPrimary } from './cluster/primary.js';
import { check as checkOpen, cut } from './cut.js';
import { adoptDatagrams, readDatagrams, releasedDatagrams } from './datagrams.js';
import { end } from './end.js';
import { reportFallbacks } from './fallbacks.js';
import { faultAt } from './fault.js';
import { booted, install as installFailure } from './failure.js';
import type { Handle, UdpHandle } from './internals.js';
import { adopt, install as installListen, rebound, released } from './listen.js';
import { install as installLate } from './late/install.js';
import { openAll } from './listeners.js';
import { reroute } from './http2.js';
import { inspect } from './inspect/start.js';
import { holdOut } from './outage.js';
import { installInterrupt } from './interrupt.js';
import { expectOurs, openOurs } from './lane.js';
import { setTrouble } from './live/events.js';
import { startTaken, take } from './move.js';
import { listOpen } from './open.js';
import { meetIn } from './pair.js';
import { getReady } from './pieces/program.js';
import { load } from './program.js';
import { onFirstAnswer, watchRequests } from './requests.js';
import { rehearse } from './rehearse.js';
import { haveSiblings, setFair, tellBurden } from './spread.js';
import { track } from './sockets.js';
import { leaveInput, watchInput } from './input.js';
import { keepTick } from './ticks.js';
import { dealt } from './tickets.js';
import { usageSince } from './usage.js';

/** A worker: boots as a standby, becomes the app when it is told to. It knows nothing of files. */
function handle(message: ToWorker, attached: Handle | undefined): void {
  faultAt(message);
  switch (message.tag) {
    case 'lane':
      return expectOurs(handle);
    case 'adopt':
      if (attached === undefined) return;
      if (message.address.kind === 'udp') adoptDatagrams(message.key, message.address, attached as UdpHandle);
      else adopt(message.key, message.address, attached);
      return;
    case 'load':
      send({ tag: 'begun' });
      become(message.program.generation);
      meetIn(dirname(message.program.file));
      reportFallbacks();
      dealt(message.program.tickets);
      haveSiblings(message.program.workers > 1);
      void load(message.program);
      return;
    case 'rehearse':
      openOurs();
      return rehearse();
    case 'warm':
      return void warm(message.number, message.plan);
    case 'compile':
      return getReady(message.file);
    case 'check':
      return check();
    case 'try':
      // A standby has no use for what this brings along.
      return void import('./ahead/trial.js').then(({ tryOut }) => tryOut(message.plan));
    case 'hold-out':
      openOurs();
      return holdOut(message.outage);
    case 'go':
      booted();
      openOurs();
      settle();
      openAll();
      readDatagrams();
      startTaken();
      if (message.report) reportLater();
      if (message.timing)
        onFirstAnswer(() => send({ tag: 'answered', at: performance.timeOrigin + performance.now() }));
      return;
    case 'cut':
      drain();
      cut(message.move);
      return leaveInput();
    case 'take':
      return take(message, attached);
    case 'routed':
      return reroute();
    case 'end':
      return end(message.polite);
    case 'fair':
      return setFair(message.share);
    case 'trouble':
      return setTrouble(message.text);
    case 'list':
      return send({ tag: 'open', open: listOpen() });
    case 'inspect':
      return inspect();
    case 'usage':
      return send({ tag: 'usage', usage: usageSince(message.sent) });
    case 'probe':
      return send({ tag: 'probed' });
    case 'asked':
      return answered(message.key);
    case 'released':
      releasedDatagrams(message.key);
      return released(message.key);
    case 'rebind':
      return rebound(message.key);
  }
}

keepTick();
installFailure();
installApp(checkOpen);
installListen();
installLate();
watchInput();
installInterrupt();
track(() => {
  checkOpen();
  tellBurden();
}, watchRequests);
installPrimary(checkOpen);
receive(handle);
// Before anything of the app, or a package that is evaluated ahead, can look.
if (process.argv.splice(2).includes(FORKED)) share();
else keepToOurselves();
holdOn(true);
send({ tag: 'standby' });
