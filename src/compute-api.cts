#!/usr/bin/env node
// What `compute-api` starts. CommonJS, and apart from main.ts, because of one variable: libuv reads it when its pool of
// threads is first used, and loading ES modules uses that pool.
const { availableParallelism } = require('node:os') as typeof import('node:os')

// sharp, password hashing, file reads and name look-ups share the pool; with its default of 4 threads they would wait
// for each other on machines with more CPUs.
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + 4)

void import('./main.js')
