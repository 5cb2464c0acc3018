/** A place where the product is broken on purpose, and the suites one of which has to fail then. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly suites: readonly string[];
}

export const mutations: readonly Mutation[] = [
  {
    name: 'live without the confirmation of the cut',
    file: 'src/rollover/handover.ts',
    from: 'if (open.every(({ id }) => isHalted(turn, id))) become(turn, next);',
    to: 'if (open.length >= 0) become(turn, next);',
    suites: ['rollover/'],
  },
  {
    name: 'live as soon as the cut was ordered, by its time-out',
    file: 'src/rollover/handover.ts',
    from: 'const CUT = 1_000;',
    to: 'const CUT = 0;',
    suites: ['rollover/', 'dev/faults'],
  },
  {
    name: 'a connection that was taken is dropped',
    file: 'src/worker/move.ts',
    from: 'if (isLive()) start(taken);',
    to: 'if (isLive()) return took(id);',
    suites: ['dev/load', 'dev/rollover'],
  },
  {
    name: 'a crashed worker is respawned with the newest bundle instead of its own',
    file: 'src/rollover/exits.ts',
    from: 'engage(turn, id, generation.bundle);\n}\n\n/** Nobody',
    to: 'engage(turn, id, (turn.state.generations.at(-1) ?? generation).bundle);\n}\n\n/** Nobody',
    suites: ['rollover/', 'dev/crash'],
  },
  {
    name: 'a save during a build is forgotten',
    file: 'src/rollover/builds.ts',
    from: "build: { tag: 'outdated', changes: build.changes, more: changes } };",
    to: 'build };',
    suites: ['rollover/'],
  },
  {
    name: 'what was in transit to a worker that died is not given to the next',
    file: 'src/primary/transit.ts',
    from: '        waiting.add(entry);\n      }\n      forward();',
    to: '      }\n      forward();',
    suites: ['dev/faults'],
  },
  {
    name: 'the reaper is never told of workers',
    file: 'src/instance/instance.ts',
    from: 'onPids: reaper.watch }',
    to: 'onPids: () => {} }',
    suites: ['dev/ends'],
  },
  {
    name: 'no SIGKILL for what does not end in 5 s',
    file: 'src/rollover/turn.ts',
    from: "  arm(turn, { tag: 'retire', worker: worker.id }, RETIRE);",
    to: '',
    suites: ['rollover/', 'dev/drain', 'dev/ends'],
  },
  {
    name: 'WebSockets end without a close code',
    file: 'src/worker/upgrade.ts',
    from: 'socket.write(RESTART);',
    to: '',
    suites: ['dev/upgraded', 'dev/drain'],
  },
  {
    name: 'a standby outlives a change of .env',
    file: 'src/instance/source.ts',
    from: "ahead?.forget();\n      rollover.dispatch({ type: 'standby-stale' });",
    to: 'ahead?.forget();',
    suites: ['dev/saves', 'dev/ahead'],
  },
  {
    name: 'a bundle is removed while its generation serves',
    file: 'src/rollover/step.ts',
    from: 'if (!kept.has(file)) turns',
    to: 'if (!kept.has(file) || kept.size > 1) turns',
    suites: ['rollover/', 'dev/crash'],
  },
  {
    name: 'what a connection has done does not go along',
    file: 'src/worker/cut.ts',
    from: 'move(connection.key, handle, past, connection.peer);\n  whenMoved',
    to: 'move(connection.key, handle, null, connection.peer);\n  whenMoved',
    suites: ['dev/timeouts', 'dev/limits'],
  },
  {
    name: 'the same bundle rolls over',
    file: 'src/rollover/builds.ts',
    from: 'if (next?.bundle.hash !== bundle.hash) return true;',
    to: 'return true;',
    suites: ['rollover/', 'dev/saves'],
  },
  {
    name: 'the deadline of a drain ends nothing',
    file: 'src/rollover/drain.ts',
    from: "    turns.emit(turn, { type: 'end', worker: worker.id, polite: false });\n    turns.arm",
    to: '    turns.arm',
    suites: ['rollover/', 'dev/drain'],
  },
  {
    name: "a worker ends without the app's children",
    file: 'src/primary/processes.ts',
    from: "  if (process.platform !== 'win32') signal(-pid, 'SIGKILL');\n",
    to: '',
    suites: ['dev/ends'],
  },
  {
    name: 'an app that crashes for ever is respawned for ever',
    file: 'src/rollover/exits.ts',
    from: 'const LOOP = 3;',
    to: 'const LOOP = 3_000;',
    suites: ['rollover/', 'dev/crash'],
  },
  {
    name: 'the control socket of anybody is trusted',
    file: 'src/primary/folder.ts',
    from: "return process.platform === 'win32' || (stat.uid",
    to: "return process.platform !== 'aix' || (stat.uid",
    suites: ['control/socket', 'dev/hostile'],
  },
  {
    name: 'a request that comes at the cut is still read by the old code',
    file: 'src/worker/move.ts',
    from: '  handle.readStop();\n  unconsume(socket);',
    to: '  unconsume(socket);',
    suites: ['dev/load', 'dev/rollover', 'dev/drain'],
  },
  {
    name: 'the primary lets go of a listening socket with its last worker',
    file: 'src/primary/sockets.ts',
    from: '        copies.delete(worker);\n      }\n    },\n    keepOnly',
    to: '        copies.delete(worker);\n      }\n      for (const entry of entries.values()) if (entry.holders.size === 0) drop(entry);\n    },\n    keepOnly',
    suites: ['dev/crash'],
  },
  {
    name: 'timers outlive their generation',
    file: 'src/instance/instance.ts',
    from: 'timers.prune(state);',
    to: '',
    suites: ['control/timers', 'api/run'],
  },
  {
    name: "node's own handles for a worker's pipes are not closed",
    file: 'src/primary/lane.ts',
    from: 'stdio[fd]?.handle?.close();',
    to: '',
    suites: ['api/run'],
  },
  {
    name: 'what a worker had listened on that died while it took over is forgotten',
    file: 'src/rollover/handover.ts',
    from: "lost: next.tag === 'taking' ? next.lost : [],",
    to: 'lost: [],',
    suites: ['rollover/'],
  },
  {
    name: 'a standby that was dead before it had the app is a failed boot',
    file: 'src/rollover/exits.ts',
    from: "const early = worker.tag === 'booting' && worker.unheard;",
    to: 'const early = false;',
    suites: ['rollover/'],
  },
  {
    name: 'a process that never comes up is waited for for ever',
    file: 'src/rollover/turn.ts',
    from: 'const UP = 30_000;',
    to: 'const UP = 30_000_000;',
    suites: ['rollover/'],
  },
];
