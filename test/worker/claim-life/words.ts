import type { Withdrawal } from '../../../src/deliveries/withdraw.ts';
import type { Rule } from './claim-steps.ts';
import type { Event, How } from './event.ts';
import type { Path } from './search.ts';
import { isOurs, type Lease, type Outcome, type Route, type State } from './state.ts';
import { after } from './step.ts';

/** A path in plain words, one line an event. */
export function inWords({ start, events }: Path, rule: Rule): string {
  const accepted = start.deliveries.map(
    ({ limit }, nth) =>
      `delivery ${nth + 1} is accepted, and its webhook allows attempts: ${limit}`,
  );
  const lines: string[] = [];
  let state = start;
  for (const [nth, event] of events.entries()) {
    lines.push(sentence(state, event));
    // The last one may break a rule.
    if (nth < events.length - 1) state = after(state, event, rule);
  }
  return [...accepted, ...lines.map((line, nth) => `${nth + 1}. ${line}`)].join('\n');
}

function sentence(state: State, event: Event): string {
  const worker = 'worker' in event ? `worker ${'ABC'[event.worker]}` : undefined;
  const delivery = 'delivery' in event ? `delivery ${event.delivery + 1}` : undefined;
  const who = [worker, delivery].filter((one) => one !== undefined).join(', ');
  const lease = 'lease' in event ? state.workers[event.worker]?.leases[event.lease] : undefined;
  const what = lease
    ? ofClaim(state, event, lease)
    : event.kind === 'claim'
      ? `claimed from the ${event.from} end`
      : ALL[event.kind as keyof typeof ALL];
  return `${who === '' ? '' : `${who}: `}${what}${'how' in event ? HOW[event.how] : ''}`;
}

function ofClaim(state: State, event: Event, lease: Lease): string {
  switch (event.kind) {
    case 'read':
      return `delivery and webhook are read, after ${lease.crashes} crashes`;
    case 'withdraw':
      return WITHDRAW[lease.withdrawal ?? 'drop'];
    case 'begin':
      if (lease.aborted && (lease.route === 'normal' || lease.route === 'isolated'))
        return 'not sent, as the lease is lost, and returned';
      return BEGIN[lease.route ?? 'normal'];
    case 'end':
      return event.end === 'local'
        ? 'this machine cannot send, and the claim goes back for later'
        : SEND[event.end];
    case 'settle':
      return `${SETTLE[lease.outcome ?? 'failure']}${isOurs(state, lease) ? '' : ', although the claim is somebody else’s by now'}`;
    default:
      return 'returned, whatever was under way';
  }
}

const HOW: Record<How, string> = {
  works: '',
  fails: ' (the database is gone)',
  unanswered: ' (committed, and the answer is lost)',
};

const WITHDRAW: Record<Withdrawal['kind'], string> = {
  hold: 'held, as the webhook is inactive',
  postpone: 'postponed, as its time has not come',
  drop: 'its job ends, as there is nothing to send',
  exhaust: 'failed, as it has had all its attempts',
  expire: 'failed, as its time ran out',
  doubt: 'postponed by 30 s, as it has the mark of a send of which nobody has told the end',
};

const BEGIN: Record<Route, string> = {
  normal: 'the send begins',
  isolated: 'marked, and the send begins in a process of its own',
  vanished:
    'nothing is sent: the mark of the send that vanished is replaced, so that it can be recorded',
  without_send:
    'nothing is sent, as too many claims were lost, which is to be recorded as its failure',
};

const SEND = {
  success: 'the send succeeds',
  failure: 'the send fails',
  crash: 'the process of the send dies',
} as const;

const SETTLE: Record<Outcome, string> = {
  success: 'the success is recorded',
  failure: 'the failure is recorded',
  crash: 'the crash is recorded',
  vanished: 'the vanished send is recorded as a failed attempt',
  without_send: 'the failure without a send is recorded',
};

const ALL: Record<
  Exclude<Event['kind'], 'claim' | 'read' | 'withdraw' | 'begin' | 'end' | 'settle' | 'return'>,
  string
> = {
  retry: 'returns again what the database did not take',
  keepAlive: 'extends its leases, and gives up the sends whose lease is lost',
  giveUp: 'has had no sign from the database for long, and gives up its sends',
  vanish: 'vanishes with all that it knows',
  expire: 'its lease runs out, and is ended',
  loseThree: 'three workers, one after the other, claim it and vanish before they do anything',
  undo: 'PostgreSQL crashes, and the latest change of the job was not on the disk',
  early: 'its job comes due before its time',
  deactivate: 'its webhook is deactivated',
  activate: 'its webhook is activated',
  lower: 'max_delivery_attempts of its webhook is lowered by 1',
  raise: 'max_delivery_attempts of its webhook is raised by 1',
  delete: 'it is deleted',
  wait: 'a minute passes',
  rescue: 'the rescue gives overdue deliveries a job',
  release: 'held deliveries are released',
};
