import { syncBuiltinESMExports } from 'node:module';
import { builtin } from '../builtin.js';

/** Node lets a port be set from here on. */
const FREE = 1024;

/**
 * The app finds out that it is debugged, and where, as under `node --inspect`: libraries lengthen their time-outs then.
 * Node itself knows of no debugger here, since the port is the primary's.
 */
export function tellOfDebugger(address: string): void {
  const inspector = builtin('node:inspector');
  const { url } = inspector;
  inspector.url = () => url() ?? address;
  const port = Number(new URL(address).port);
  if (port >= FREE) process.debugPort = port;
  syncBuiltinESMExports();
}
