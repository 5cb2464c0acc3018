/** What a person can do by a key and enter. */
export type KeyAction = 'reload' | 'end-draining' | 'status' | 'urls' | 'pause' | 'clear' | 'quit' | 'help';

export interface Key {
  readonly key: string;
  readonly action: KeyAction;
  readonly text: string;
}

export const keys: readonly Key[] = [
  { key: 'r', action: 'reload', text: 'reload' },
  { key: 'd', action: 'end-draining', text: 'end what drains now' },
  { key: 's', action: 'status', text: 'show what runs' },
  { key: 'u', action: 'urls', text: 'show the URLs' },
  { key: 'p', action: 'pause', text: 'pause: collect saves; again: build them' },
  { key: 'c', action: 'clear', text: 'clear the screen' },
  { key: 'q', action: 'quit', text: 'quit' },
  { key: 'h', action: 'help', text: 'show this help' },
];

/** What a line asks for. Null: nothing that zdr knows. */
export function actionOf(line: string): KeyAction | null {
  return keys.find(({ key }) => key === line.trim().toLowerCase())?.action ?? null;
}
