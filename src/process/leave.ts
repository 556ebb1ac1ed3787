/**
 * Ends the process at once, whatever still keeps it: a connection that went silent, or a name
 * look-up that hangs. The system cannot call such a look-up off, and process.exit waits for its
 * thread. A process that becomes another program does not wait, and that program ends at once. The
 * process id stays, so that this works for process 1 of a container too.
 */
export function leave(status: number): never {
  const resources = process.getActiveResourcesInfo();
  const onThreads = resources.some((one) => /^(GetAddrInfoReqWrap|FSReq)/.test(one));
  if (onThreads && process.platform === 'linux')
    process.execve?.(process.execPath, [process.execPath, '--eval', `process.exit(${status})`]);
  process.exit(status);
}
