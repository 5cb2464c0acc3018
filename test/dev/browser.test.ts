import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Browser, chromium, type Page } from '../support/chromium.js';
import { until } from '../support/deadline.js';
import type { Where } from '../support/where.js';

const program = chromium();
const options = { skip: program === null ? 'no Chromium is installed' : false };

const url = (where: Where, path: string): string => {
  if (!('port' in where)) throw new Error('the app listens on no port');
  return `http://localhost:${where.port}${path}`;
};

const shows = (page: Page, code: string, value: unknown): Promise<unknown> =>
  until(`${code} is ${String(value)}`, async () => (await page.evaluate(code)) === value, 20_000);

const overlay = "document.querySelector('#zdr-trouble')?.shadowRoot.querySelector('pre').textContent ?? null";

test('a page, a second tab and a page with a nonce show the new version by themselves', options, () =>
  withApp('pages', { args: ['--live-reload'] }, async ({ project, zdr }) => {
    const browser = await Browser.open(program!);
    try {
      const pages = [
        await browser.open(url(zdr.where, '/')),
        await browser.open(url(zdr.where, '/pieces')),
        await browser.open(url(zdr.where, '/nonce')),
      ];
      for (const page of pages) await shows(page, 'document.title', 'version 1');
      for (const version of [2, 3]) {
        await zdr.rollover(() => project.version(version));
        for (const page of pages) await shows(page, 'document.title', `version ${version}`);
      }
    } finally {
      await browser.close();
    }
  }),
);

test('a page shows why the new version does not come, and stops when it does', options, () =>
  withApp('pages', { args: ['--live-reload'] }, async ({ project, zdr }) => {
    const browser = await Browser.open(program!);
    try {
      const good = await project.read('src/version.ts');
      const page = await browser.open(url(zdr.where, '/'));
      await shows(page, 'document.title', 'version 1');
      await project.write('src/version.ts', 'export const version = ;');
      await until('the build error is shown', async () =>
        String(await page.evaluate(overlay)).includes('Unexpected ";"'),
      );
      await project.write('src/version.ts', good);
      await shows(page, overlay, null);
      await project.write('src/version.ts', `${good}\nthrow new Error('<b>no</b>');`);
      await until('the boot error is shown', async () => String(await page.evaluate(overlay)).includes('<b>no</b>'));
      await project.version(2);
      await project.edit('src/version.ts', (text) => text.replace(/throw.*/, ''));
      await shows(page, 'document.title', 'version 2');
      assert.equal(await page.evaluate(overlay), null);
    } finally {
      await browser.close();
    }
  }),
);

test('the page of an app that cannot run loads itself anew when the next version is live', options, () =>
  withApp('pages', async ({ project, zdr }) => {
    const browser = await Browser.open(program!);
    try {
      const good = await project.read('src/app.ts');
      // It can start once.
      await zdr.rollover(() =>
        project.write(
          'src/app.ts',
          `import { existsSync, writeFileSync } from 'node:fs';\nif (existsSync('ran')) throw new Error('<i>never</i>');\nwriteFileSync('ran', String(process.pid));\n${good}`,
        ),
      );
      process.kill(Number(await project.read('ran')), 'SIGKILL');
      await zdr.until('zdr waits for an edit', () => zdr.all('crashed').some(({ pause }) => pause === null));
      const page = await browser.open(url(zdr.where, '/'));
      await shows(page, 'document.title', 'Waiting for an edit');
      assert.match(String(await page.evaluate("document.querySelector('pre').textContent")), /Error: <i>never<\/i>/);
      await project.write('src/app.ts', good);
      await shows(page, 'document.title', 'version 1');
    } finally {
      await browser.close();
    }
  }),
);
