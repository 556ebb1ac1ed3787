import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { withoutComments } from './without-comments.ts';

/** A thread that takes types and comments out of files, answers with what is left, and ends. */
const files = workerData as string[];
parentPort?.postMessage(
  files.map((file) => withoutComments(stripTypeScriptTypes(readFileSync(file, 'utf8')))),
);
