import { doing } from '../notices.ts';
import { api } from '../session.ts';

/** Ends the pause of a webhook. */
export async function resume(
  { id, name }: { id: string; name: string },
  changed: () => void,
): Promise<void> {
  await doing(async () => {
    await api.value.post('/webhooks/{webhook_id}/resume', { path: { webhook_id: id } });
    changed();
    return `${name} is resumed: what waited is being sent.`;
  });
}

/** Makes a webhook active again. */
export async function activate(id: string, changed: () => void): Promise<void> {
  await doing(async () => {
    const { name } = await api.value.patch('/webhooks/{webhook_id}', {
      path: { webhook_id: id },
      body: { active: true },
    });
    changed();
    return `${name} is active: what waited is being sent.`;
  });
}
