const CTRL_C = '\u0003';

/**
 * Calls `onR` each time somebody presses r, where stdin is a terminal. Until the returned function
 * is called, the terminal hands on each key at once. Ctrl-C still stops the process.
 */
export function listenToKeys(onR: () => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  const onKeys = (keys: string) => {
    for (const key of keys) {
      if (key === CTRL_C) process.kill(process.pid, 'SIGINT');
      if (key === 'r' || key === 'R') onR();
    }
  };
  const restore = () => stdin.setRawMode(false);
  // A terminal that goes away fails here too, and the signal that comes with it ends the process.
  stdin.on('error', () => {});
  stdin.setRawMode(true).setEncoding('utf8').on('data', onKeys);
  process.once('exit', restore);
  return () => {
    stdin.off('data', onKeys).pause();
    process.off('exit', restore);
    restore();
  };
}
