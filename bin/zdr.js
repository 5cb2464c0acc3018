#!/usr/bin/env node
// In CommonJS: node reads that sooner. The rest is read once the first worker and esbuild are on their way.
const { begin } = require('../dist/cli/begin.cjs');

const argv = process.argv.slice(2);
const begun = begin(argv);
const { main } = require('../dist/cli/main.cjs');
void main(argv, begun);
