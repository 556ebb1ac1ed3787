import type { Claim } from './queue.ts';

/** A worker that lost a claim and made it again may have two sends of one job; at most the one of the latest claim is ours. */
export function latestOfEachJob<Send extends { claim: Claim }>(sends: Send[]): Send[] {
  const latest = new Map<string, Send>();
  for (const send of sends) {
    const { jobId, owner } = send.claim;
    if (owner > (latest.get(jobId)?.claim.owner ?? -1)) latest.set(jobId, send);
  }
  return [...latest.values()];
}
