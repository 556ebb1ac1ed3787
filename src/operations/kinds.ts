import { countErased, eraseSome } from './erasure.ts';
import { countLeft, endFanOut, fanOutSome } from './fan-out.ts';
import type { Kind } from './kind.ts';
import type { OperationKind } from './operation.ts';
import { countMatching, redeliverSome } from './redelivery-step.ts';

export const KINDS: Record<OperationKind, Kind> = {
  erasure: { count: countErased, step: eraseSome },
  fan_out: { count: countLeft, step: fanOutSome, end: endFanOut },
  redelivery: { count: countMatching, step: redeliverSome },
};
