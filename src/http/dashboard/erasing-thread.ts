import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

/** A thread that takes the types out of files, answers with what is left of them, and ends. */
const files = workerData as string[];
parentPort?.postMessage(files.map((file) => stripTypeScriptTypes(readFileSync(file, 'utf8'))));
