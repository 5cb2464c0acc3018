import { EVENTS } from './paths.js';

/**
 * What runs in the page. One tab of an origin listens and tells the others: a browser opens only six connections to a
 * server. A page that was loaded from a cache keeps its old number, so no number reloads a tab twice.
 */
export const client = `(() => {
  const mine = Number(document.currentScript.dataset.generation);
  const once = 'zdr-reloaded';
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel('zdr-live-reload') : null;
  let last = null;
  let overlay = null;
  const handle = (news) => {
    last = news;
    if (news.next) return location.reload();
    if (news.generation !== mine && sessionStorage.getItem(once) !== String(news.generation)) {
      sessionStorage.setItem(once, String(news.generation));
      return location.reload();
    }
    show(news.trouble);
  };
  const show = (trouble) => {
    overlay?.remove();
    overlay = null;
    if (!trouble) return;
    overlay = document.createElement('div');
    overlay.id = 'zdr-trouble';
    const box = overlay.attachShadow({ mode: 'open' });
    const pre = document.createElement('pre');
    const close = document.createElement('button');
    pre.textContent = trouble;
    close.textContent = '\\u00d7';
    close.title = 'hide until the next save';
    close.onclick = () => overlay?.remove();
    box.append(close, pre);
    Object.assign(overlay.style, {
      position: 'fixed', inset: '0', zIndex: '2147483647', overflow: 'auto', padding: '2rem',
      background: 'rgba(16, 16, 20, .92)', colorScheme: 'dark',
    });
    Object.assign(pre.style, {
      margin: '0 auto', maxWidth: '72rem', padding: '1.5rem', whiteSpace: 'pre-wrap', borderRadius: '.5rem',
      borderTop: '.25rem solid #e5484d', background: '#1c1c22', color: '#eee',
      font: '14px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
    });
    Object.assign(close.style, {
      position: 'fixed', top: '.5rem', right: '1rem', border: '0', background: 'none', color: '#eee',
      font: '2rem/1 system-ui', cursor: 'pointer',
    });
    (document.body ?? document.documentElement).append(overlay);
  };
  const tell = (news) => {
    channel?.postMessage(news);
    handle(news);
  };
  const listen = () => {
    const source = new EventSource(${JSON.stringify(EVENTS)});
    source.onmessage = ({ data }) => tell(JSON.parse(data));
    // The browser tries again by itself, but not after an answer that is no stream.
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(listen, 500);
    };
  };
  if (channel !== null) {
    channel.onmessage = ({ data }) => {
      if (!data.ask) return handle(data);
      if (last !== null) channel.postMessage(last);
    };
  }
  if (channel === null || !navigator.locks) return listen();
  channel.postMessage({ ask: true });
  navigator.locks.request('zdr-live-reload', () => new Promise(listen));
})();
`;
