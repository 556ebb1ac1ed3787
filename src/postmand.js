#!/usr/bin/env node
// The only JavaScript here. Node.js erases the types of whatever it starts with before it can be
// told of a cache, and what it erases them with takes 12 MB of each process and 50 ms.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Who can write there can change the program itself too. Where nobody can, there is no cache. By
// the environment, because the processes of isolated sends are to read it as well.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('../node_modules/.cache/postmand', import.meta.url),
);
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('./cli.ts');
