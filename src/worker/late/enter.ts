import { begin } from '../begin.js';
import { installMember, tellEvaluated } from '../cluster/member.js';
import { install } from './install.js';
import { openRealm } from './realm.js';

/** Makes a thread or a child process run the bundle of a source file as if node had been started with the source. */
export async function enter(folder: string, entry: string, file: string): Promise<void> {
  process.argv[1] = entry;
  process.setSourceMapsEnabled(true);
  install();
  installMember();
  openRealm({ folder, entry, onAlone() {} });
  await begin(file, null);
  tellEvaluated();
}
