import { countErased, eraseSome } from './erasure.ts';
import type { Kind } from './kind.ts';
import type { OperationKind } from './operation.ts';
import { countMatching, redeliverSome } from './redelivery-step.ts';

export const KINDS: Record<OperationKind, Kind> = {
  erasure: { count: countErased, step: eraseSome },
  redelivery: { count: countMatching, step: redeliverSome },
};
