import { closeSync, openSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { devNull } from 'node:os';

/**
 * What this machine has run out of: descriptors, of the process or of all, and memory, of the
 * kernel, the C library or its resolver.
 */
const EXHAUSTED = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAI_MEMORY']);

/** A fault of any other call may come after a part of the request has left. */
const BEFORE_SENDING = new Set(['getaddrinfo', 'connect']);

/**
 * The code of a fault of this machine that kept a request from being sent at all. Undefined: it
 * failed for another reason. Of several addresses one that could not be tried is enough: the others
 * gave no answer, and that one might have.
 */
export function localFault(error: unknown): string | undefined {
  if (error instanceof AggregateError) return firstOf(error.errors);
  if (!(error instanceof Error)) return undefined;
  const {
    code,
    syscall = '',
    address = '',
  } = error as NodeJS.ErrnoException & { address?: string };
  // For an IPv4 address it means that all local ports are taken, for an IPv6 address that this
  // machine has none of that kind.
  const isLocal =
    code !== undefined && (EXHAUSTED.has(code) || (code === 'EADDRNOTAVAIL' && isIPv4(address)));
  return isLocal && BEFORE_SENDING.has(syscall) ? code : localFault(error.cause);
}

function firstOf(errors: unknown[]): string | undefined {
  for (const error of errors) {
    const code = localFault(error);
    if (code !== undefined) return code;
  }
  return undefined;
}

/** The code of the fault, where this process can open no more files. */
export function descriptorFault(): string | undefined {
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return EXHAUSTED.has(code) ? code : undefined;
  }
}
