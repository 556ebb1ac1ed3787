/** What one look found. `advice`: what to do about it. */
export type Check = {
  name: string;
  level: 'ok' | 'warn' | 'wrong';
  message: string;
  advice?: string;
};

export const ok = (name: string, message: string): Check => ({ name, level: 'ok', message });

export const warn = (name: string, message: string, advice: string): Check => ({
  ...{ name, level: 'warn', message, advice },
});

export const wrong = (name: string, message: string, advice: string): Check => ({
  ...{ name, level: 'wrong', message, advice },
});

/** A look that fails tells that, and keeps no other one from being taken. */
export async function looked(name: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      warn(name, `this could not be looked at: ${reason}`, 'See whether the role may read it.'),
    ];
  }
}
