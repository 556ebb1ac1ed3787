// Loaded into a process under test (NODE_OPTIONS=--import). A name that starts with "hang-" blocks
// one of the threads that look-ups run on, as a resolver does that nobody answers: a pipe that
// nobody writes to, HANGING_PIPE, cannot be opened.
import dns from 'node:dns';
import { open, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { lookup } = dns;

dns.lookup = (hostname, options, callback) => {
  if (!hostname.startsWith('hang-')) return lookup(hostname, options, callback);
  writeFileSync(`${process.env.HANGING_PIPE}.started`, '');
  return open(process.env.HANGING_PIPE, 'r', (error) =>
    callback(error ?? Object.assign(new Error('hung'), { code: 'EAI_AGAIN' })),
  );
};
syncBuiltinESMExports();
