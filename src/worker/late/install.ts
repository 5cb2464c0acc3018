import { install as installChildren } from './children.js';
import { install as installPackages } from './packages.js';
import { install as installRequires } from './requires.js';
import { install as installThreads } from './threads.js';
import { install as installTypeScript } from './typescript.js';

/** Everything through which a source file can come at run time. Nothing changes until a realm is open. */
export function install(): void {
  installRequires();
  installThreads();
  installChildren();
  installPackages();
  installTypeScript();
}
