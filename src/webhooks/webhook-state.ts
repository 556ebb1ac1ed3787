/**
 * What changes while a webhook runs: one row a webhook, made when there is something to note. A
 * webhook without a row has what its defaults say. Times are in RFC 3339.
 */

/** `failing`: its deliveries are held but for probes. `recovering`: they come back in steps. */
const STATES = ['healthy', 'failing', 'recovering'] as const;
export type State = (typeof STATES)[number];

/** What of the state decides whether a delivery may run now. */
export type GateState = {
  state: State;
  /** The pause has not ended yet, by the database's clock. */
  paused: boolean;
  /** The one delivery that may run while the webhook is failing. */
  probe_delivery_id: string | null;
};

/** The state of a webhook without a row. */
export const NO_STATE: GateState = { state: 'healthy', paused: false, probe_delivery_id: null };

/** A row of a statement that selects `gateColumns`; all are null where there is no row. */
export type JoinedGate = { [Name in keyof GateState as `gate.${Name}`]: GateState[Name] | null };

/** The columns of `GateState` for a statement that left joins webhook_states as `alias`. */
export function gateColumns(alias: string): string {
  return `${alias}.state as "gate.state", ${alias}.paused_until > now() as "gate.paused",
    ${alias}.probe_delivery_id as "gate.probe_delivery_id"`;
}

/** The state of a joined row. */
export function gateOf(row: JoinedGate): GateState {
  return {
    state: row['gate.state'] ?? NO_STATE.state,
    paused: row['gate.paused'] ?? NO_STATE.paused,
    probe_delivery_id: row['gate.probe_delivery_id'],
  };
}
