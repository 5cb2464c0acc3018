import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renumber } from '../../dist/inspect/numbers.js';
import { type Command, record, type Recorded } from '../../dist/inspect/record.js';

function after(...commands: readonly (readonly [string, object?, object?])[]): string[] {
  let recorded: Recorded = new Map();
  for (const [method, params = {}, result = {}] of commands) {
    recorded = record(recorded, { method, params } as Command, result as Readonly<Record<string, unknown>>);
  }
  return [...recorded.values()].map(({ method, params }) => `${method} ${JSON.stringify(params)}`);
}

test('what a debugger has set up is kept in its order; what it only asked is not', () => {
  assert.deepEqual(
    after(
      ['Runtime.enable'],
      ['Debugger.enable', { maxScriptsCacheSize: 1 }],
      ['Runtime.evaluate', { expression: '1' }],
      ['Debugger.setPauseOnExceptions', { state: 'all' }],
      ['Debugger.setPauseOnExceptions', { state: 'none' }],
      ['Debugger.resume'],
    ),
    [
      'Runtime.enable {}',
      'Debugger.enable {"maxScriptsCacheSize":1}',
      'Debugger.setPauseOnExceptions {"state":"none"}',
    ],
  );
});

test('a breakpoint that was removed is not kept, nor what belongs to a domain that was disabled', () => {
  const set = (id: string) => ['Debugger.setBreakpointByUrl', { url: id }, { breakpointId: id }] as const;
  assert.deepEqual(after(set('a'), set('b'), ['Debugger.removeBreakpoint', { breakpointId: 'a' }]), [
    'Debugger.setBreakpointByUrl {"url":"b"}',
  ]);
  assert.deepEqual(after(['Debugger.enable'], set('a'), ['Runtime.enable'], ['Debugger.disable']), [
    'Runtime.enable {}',
  ]);
});

test('scripts and contexts get other numbers, on the way there and back', () => {
  const event = {
    scriptId: '12',
    executionContextId: 3,
    context: { id: 3, name: 'node' },
    callFrames: [{ location: { scriptId: '12', lineNumber: 12 }, callFrameId: '1.2.3' }],
    result: { description: '12' },
  };
  const moved = renumber(event, 1_000);
  assert.deepEqual(moved, {
    scriptId: '1012',
    executionContextId: 1_003,
    context: { id: 1_003, name: 'node' },
    callFrames: [{ location: { scriptId: '1012', lineNumber: 12 }, callFrameId: '1.2.3' }],
    result: { description: '12' },
  });
  assert.deepEqual(renumber(moved, -1_000), event);
  assert.equal(renumber(event, 0), event);
});
