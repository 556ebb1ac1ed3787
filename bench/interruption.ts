/**
 * Resolves with the exit status at the first SIGINT or SIGTERM; a second one does not wait for the
 * cleaning up. Rejects with what nobody caught. Either way `interruption` is aborted.
 */
export function interrupted(interruption: AbortController): Promise<number> {
  return new Promise((resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (interruption.signal.aborted) process.exit(130);
        interruption.abort();
        resolve(130);
      });
    }
    process.on('uncaughtException', (error) => {
      interruption.abort();
      reject(error);
    });
  });
}
