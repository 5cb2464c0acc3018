import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, PATIENCE } from './chromium.js';
import { until } from './deadline.js';

/** What runs in the window: its own modules, by the names that they export. */
const MODULES = `(async () => {
  const [{ Workspace }, { BreakpointManager }, { DebuggerWorkspaceBinding }, SDK] = await Promise.all(
    ['models/workspace/workspace.js', 'models/breakpoints/breakpoints.js', 'models/bindings/bindings.js', 'core/sdk/sdk.js']
      .map((path) => import('/devtools/' + path)));
  const workspace = Workspace.WorkspaceImpl.instance();
  const breakpoints = BreakpointManager.BreakpointManager.instance();
  const binding = DebuggerWorkspaceBinding.DebuggerWorkspaceBinding.instance();
  const [model] = SDK.TargetManager.TargetManager.instance().models(SDK.DebuggerModel.DebuggerModel);
  const source = (url) => workspace.uiSourceCodes().find((one) => one.url() === url);
  globalThis.devtools = {
    scripts: () => model.scripts().map(({ sourceURL }) => sourceURL),
    shows: (url) => source(url) !== undefined,
    text: async (url) => (await source(url).requestContentData()).text,
    setBreakpoint: async (url, line) => {
      await breakpoints.setBreakpoint(source(url), line - 1, undefined, '', true, false, 'USER_ACTION');
    },
    paused: async () => {
      const frame = model.debuggerPausedDetails()?.callFrames[0];
      if (frame === undefined) return null;
      const place = await binding.rawLocationToUILocation(frame.location());
      return place.uiSourceCode.url() + ':' + (place.lineNumber + 1);
    },
    evaluate: async (expression) => {
      const frame = model.debuggerPausedDetails().callFrames[0];
      return (await frame.evaluate({ expression, returnByValue: true })).object.value;
    },
    resume: () => void model.resume(),
  };
  return [model.scripts, model.resume, model.debuggerPausedDetails, workspace.uiSourceCodes, breakpoints.setBreakpoint,
    binding.rawLocationToUILocation].every((one) => typeof one === 'function');
})()`;

/** Chrome's own window for debugging, in a page of a headless browser. */
export interface DevTools {
  /** URLs of the scripts that the debugged process has, as the window knows them. */
  scripts(): Promise<readonly string[]>;
  /** Whether a source is there to be opened. */
  shows(url: string): Promise<boolean>;
  text(url: string): Promise<string>;
  /** `line` counts from 1, here and in what is given. */
  setBreakpoint(url: string, line: number): Promise<void>;
  /** Where its breakpoints were bound, in scripts, as `url:line`. */
  bound(): Promise<readonly string[]>;
  /** Where it stands, as `url:line`. */
  paused(): Promise<string | null>;
  evaluate(expression: string): Promise<unknown>;
  resume(): Promise<void>;
}

/** Null where this browser's window is made of other modules than those that are named here. */
export async function openDevTools(browser: Browser, websocket: string): Promise<DevTools | null> {
  const address = websocket.replace('ws://', '');
  const page = await browser.open(
    `${browser.origin}/devtools/js_app.html?experiments=true&v8only=true&ws=${address}`,
    prepare,
  );
  const usable = await until(
    'the window is up',
    async () => {
      if ((await run(page, "location.href !== 'about:blank' && document.readyState === 'complete'")) !== true)
        return null;
      return run(page, MODULES).then(String, (error: Error) => failureOf(error));
    },
    PATIENCE,
  );
  if (usable !== 'true') return null;
  const call =
    (name: string) =>
    (...args: readonly unknown[]): Promise<any> =>
      run(page, `devtools.${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`);
  return {
    scripts: call('scripts'),
    shows: call('shows'),
    text: call('text'),
    setBreakpoint: call('setBreakpoint'),
    bound: () => run(page, 'bound') as Promise<readonly string[]>,
    paused: call('paused'),
    evaluate: call('evaluate'),
    resume: call('resume'),
  };
}

/** While it begins, nothing is attached yet. */
function failureOf(error: Error): string | null {
  return /reading 'scripts'|reading 'resume'/.test(error.message) ? null : error.message;
}

/** What it was told of breakpoints; its own modules keep where one was bound before. */
const LISTENS = `{
  const asked = new Map();
  globalThis.bound = [];
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (text) {
    const { id, method, params } = JSON.parse(text);
    if (asked.size === 0) this.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(data);
      const place = asked.get(id);
      if (result?.locations?.length > 0 && place.startsWith('file:')) bound.push(place);
    });
    asked.set(id, method === 'Debugger.setBreakpointByUrl' ? params.url + ':' + params.lineNumber : method);
    send.call(this, text);
  };
}`;

/** Chrome's window may read files, for source maps; a page may not. */
const READS = `{
  const { fetch } = globalThis;
  globalThis.fetch = (url, ...more) =>
    fetch(String(url).startsWith('file:') ? '/file-of-the-test?url=' + encodeURIComponent(url) : url, ...more);
}`;

async function prepare(page: Page): Promise<void> {
  page.on('Fetch.requestPaused', ({ requestId, request }) => {
    const url = new URL(request.url).searchParams.get('url') ?? '';
    void readFile(fileURLToPath(url)).then(
      (content) =>
        page.send('Fetch.fulfillRequest', { requestId, responseCode: 200, body: content.toString('base64') }),
      () => page.send('Fetch.fulfillRequest', { requestId, responseCode: 404 }),
    );
  });
  await page.send('Page.enable', {});
  await page.send('Fetch.enable', { patterns: [{ urlPattern: '*/file-of-the-test?*' }] });
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: LISTENS + READS });
}

async function run(page: Page, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = (await page.send('Runtime.evaluate', {
    expression,
    returnByValue: true,
    awaitPromise: true,
  })) as any;
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}
