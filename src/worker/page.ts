import type { Outage } from '../protocol/messages.js';

/** What a client is told while no version of the app can answer. `full`: with the error; only for this machine's own. */
export function answer(
  outage: Outage,
  accept: string,
  full: boolean,
): { readonly type: string; readonly body: string } {
  const reason = full ? outage.reason : 'the app is not running';
  const detail = full ? outage.detail : '';
  if (accept.includes('text/html')) return { type: 'text/html; charset=utf-8', body: page(reason, detail) };
  if (accept.includes('json'))
    return { type: 'application/json', body: `${JSON.stringify({ error: reason, detail })}\n` };
  return { type: 'text/plain; charset=utf-8', body: `${reason}\n${detail === '' ? '' : `\n${detail}\n`}` };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Asks again twice a second, and loads itself anew once something else than this page answers. */
const AGAIN = `setInterval(async () => {
  const { headers } = await fetch(location.href, { method: 'HEAD', cache: 'no-store' }).catch(() => ({ headers: null }));
  if (headers && !headers.has('zdr-outage')) location.reload();
}, 500);`;

function page(reason: string, detail: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Waiting for an edit</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 4rem auto; padding: 0 1.5rem; }
  h1 { font-size: 1.25rem; }
  pre { padding: 1rem; overflow: auto; border: 1px solid #8884; border-radius: .5rem; background: #8881; }
  p { opacity: .7; }
</style>
<h1>${escape(reason)}</h1>
${detail === '' ? '' : `<pre>${escape(detail)}</pre>`}
<p>This page loads itself anew when the next version is live.</p>
<script>${AGAIN}</script>
</html>
`;
}
