/** What zdr itself answers, and only with `--live-reload`: on the app's own port, under a name that no app uses. */
export const SCRIPT = '/.zdr/live-reload.js';
export const EVENTS = '/.zdr/events';
