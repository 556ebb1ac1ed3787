import { setFlagsFromString } from 'node:v8';

/**
 * V8 grows its heap as a large machine allows. Kept small, a busy worker has 180 MB instead of 320,
 * for about 8 % more of its CPU (measured draining 10,000 deliveries).
 *
 * To be called once all code is loaded. Loading grows the space for new objects to 16 MB, and there
 * it stays from then on; called before, it stays at 4 MB, is cleared three times as often, and a
 * worker uses a quarter more CPU. Flags are part of the key of the compile cache too: processes
 * that share it load their code without them.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=100');
}
