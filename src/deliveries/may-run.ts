import { isProbe, type GateState } from '../webhooks/webhook-state.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import type { HeldReason } from './delivery.ts';

/** A delivery that is due later than this has no job until its time is near. */
export const LATER_SECONDS = 300;

/**
 * The same where the webhook has as many jobs as it may: those that are not due would fill its
 * window, and new ones would wait behind them. It gets its job so long before its time.
 */
export const NEAR_SECONDS = 30;

/** A delivery as the rule sees it. `waitSeconds` is the time until it is due. */
type Candidate = {
  id: string;
  ordering_key: string | null;
  is_head: boolean;
  waitSeconds: number;
  /** Its client asks whether the webhook works, whatever state that has. */
  test: boolean;
};

/**
 * May it run? Why a delivery may not run now: the first reason that holds counts, and null says
 * that it may. The rule stands here twice, in TypeScript for claims and in SQL for what accepts,
 * settles and releases; a test holds the two equal. A claim has its place in the queue already, so
 * that neither the backlog nor that it was redelivered with many others is a reason for it. Nothing
 * is a reason to hold a test delivery.
 */
export function heldReason(
  { active }: Pick<Webhook, 'active'>,
  gate: GateState,
  delivery: Candidate,
): HeldReason | null {
  if (delivery.test) return null;
  if (!active) return 'webhook_inactive';
  if (gate.state === 'failing' && !isProbe(gate, delivery.id)) return 'endpoint_failing';
  if (gate.paused) return 'endpoint_paused';
  if (delivery.ordering_key !== null && !delivery.is_head) return 'ordered';
  if (delivery.waitSeconds > LATER_SECONDS) return 'later';
  return null;
}

/** The rule where no state holds anything, for a delivery that is due and has no key. */
export const inactiveReasonSql = (webhook: string) =>
  `case when not ${webhook}.active then 'webhook_inactive' end`;

/**
 * Expressions of SQL: it waits behind another one of its key, the seconds until it is due, whether
 * it is a test, and whether it was redelivered with many others, which go behind all else of their
 * webhook. Who knows that it is none, or that its turn has come, leaves that out.
 */
type CandidateSql = {
  behind?: string;
  wait?: string;
  test?: string;
  redelivered?: string;
  placed?: boolean;
};

/**
 * The rule as an expression of SQL. `webhook` and `state` are the names that the statement has for
 * the row of the webhook and the left joined one of webhook_states. `placed`: the delivery has its
 * place in the window of its webhook, so that the backlog is no reason.
 */
export const heldReasonSql = (
  { webhook, state }: { webhook: string; state: string },
  { behind = 'false', wait = '0', test, redelivered, placed = false }: CandidateSql = {},
) => `case
  ${test === undefined ? '' : `when ${test} then null`}
  when not ${webhook}.active then 'webhook_inactive'
  when ${state}.state = 'failing' then 'endpoint_failing'
  when ${state}.paused_until > now() then 'endpoint_paused'
  when ${behind} then 'ordered'
  when ${wait} > (case when ${state}.over_window then ${NEAR_SECONDS} else ${LATER_SECONDS} end)
    then 'later'
  ${redelivered === undefined ? '' : `when ${redelivered} then 'redelivery'`}
  ${placed ? '' : `when ${state}.over_window then 'backlog'`}
end`;
