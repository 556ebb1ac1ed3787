import type { Command } from '../setup/command.ts';

/**
 * What a worker's metrics say now: each sample by its name with its labels, as in
 * `postmand_sends_in_flight{lane="fast"}`.
 */
export async function metricsOf(worker: Command): Promise<Map<string, number>> {
  const { health_port } = await worker.event('worker.started');
  const response = await fetch(`http://127.0.0.1:${Number(health_port)}/metrics`);
  const samples = (await response.text())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}
