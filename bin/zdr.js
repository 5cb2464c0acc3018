#!/usr/bin/env node
// In CommonJS: node loads what it needs for anything else only once the first worker is forked.
const { begin } = require('../dist/cli/begin.cjs');

const argv = process.argv.slice(2);
const begun = begin(argv);
void import('../dist/cli/main.js').then(({ main }) => main(argv, begun));
