import { workerData } from 'node:worker_threads';

/** How long a process whose main thread is busy outlives its parent at most, in milliseconds. */
const EVERY_MS = 500;

/** A thread that ends its process when the parent of that, `workerData`, is gone. */
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, EVERY_MS);
