/** Every number: what it is by default, and what it counts. Each is a flag of its name. */
export const SIZES = {
  messages: { value: 5000, meaning: 'messages of 1 KB in pipeline and kill' },
  connections: { value: 32, meaning: 'connections that POST them' },
  endpoints: { value: 20, meaning: 'endpoints that answer at once' },
  warmup: { value: 300, meaning: 'messages before anything is measured' },
  posts: { value: 100, meaning: 'single messages in latency, 50 ms apart' },
  hanging: { value: 50, meaning: 'endpoints that never answer in isolation' },
  'hanging-backlog': { value: 20, meaning: 'messages for each of them' },
  rate: { value: 50, meaning: 'messages a second to the others in isolation' },
  seconds: { value: 20, meaning: 'seconds of them' },
  'settle-seconds': { value: 12, meaning: 'seconds in pipeline that count after the last arrival' },
  'idle-seconds': { value: 30, meaning: 'seconds of idle' },
  limit: { value: 120, meaning: 'seconds after which a measurement is cut short' },
} as const satisfies Record<string, { value: number; meaning: string }>;

type SizeName = keyof typeof SIZES;
export type RivalSizes = Record<SizeName, number>;

export const sizeNames = Object.keys(SIZES) as SizeName[];
