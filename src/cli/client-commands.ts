import type { Command } from 'commander';
import { addForward, addTail } from './attempts.ts';
import { addDeliveries } from './deliveries.ts';
import { addEvents, addSend } from './events.ts';
import { addAttention, addDoctor } from './looking.ts';
import { addWebhooks } from './webhooks.ts';

/** Commands that are clients of the API: each action is run by `withApi` of `commands/api.ts`. */
export function addClientCommands(program: Command): void {
  addAttention(program);
  addWebhooks(program);
  addDeliveries(program);
  addEvents(program);
  addSend(program);
  addTail(program);
  addForward(program);
  addDoctor(program);
}
