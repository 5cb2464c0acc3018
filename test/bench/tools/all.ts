import type { Tool } from '../tool.js';
import { tsx } from './tsx.js';
import { zdr } from './zdr.js';

/** In the order of the table. */
export const tools: readonly Tool[] = [zdr, tsx];
