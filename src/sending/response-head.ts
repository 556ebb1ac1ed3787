/** As Node.js gives it: `reason` and `rawHeaders` have a character for each byte (latin1). */
export type ResponseHead = {
  httpVersion: string;
  status: number;
  reason: string;
  rawHeaders: string[];
};

/** So many headers of a response are kept: 64 KiB hold 16,000, which take far more in memory. */
export const MAX_HEADERS = 1000;
