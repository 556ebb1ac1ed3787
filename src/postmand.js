#!/usr/bin/env node
// The only JavaScript here. Node.js erases the types of whatever it starts with before it can be
// told of a cache, and what it erases them with takes 12 MB of each process and 50 ms.
import * as modules from 'node:module';
import { fileURLToPath } from 'node:url';

// By a namespace, as an older Node.js has no such name and would end with a stack trace.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 5)) {
  process.stderr.write(
    `postmand needs Node.js 24.5 or later, this is ${process.version}: run npx postmand, which brings its own\n`,
  );
  process.exit(1);
}

// Who can write there can change the program itself too. Where nobody can, there is no cache. By
// the environment, because the processes of isolated sends are to read it as well.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('../node_modules/.cache/postmand', import.meta.url),
);
modules.enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('./cli.ts');
