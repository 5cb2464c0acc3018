#!/usr/bin/env node
import { begin } from '../dist/cli/begin.js';

const argv = process.argv.slice(2);
const parsed = begin(argv);
const { main } = await import('../dist/cli/main.js');
await main(argv, parsed);
