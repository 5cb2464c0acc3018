import type { Tool } from '../tool.js';
import { bunHot, bunWatch } from './bun.js';
import { nitro } from './nitro.js';
import { nodeWatch } from './node-watch.js';
import { nodemon } from './nodemon.js';
import { pm2 } from './pm2.js';
import { tsx } from './tsx.js';
import { zdr } from './zdr.js';

/** In the order of the table. */
export const tools: readonly Tool[] = [zdr, bunHot, bunWatch, nodeWatch, tsx, nodemon, pm2, nitro];
