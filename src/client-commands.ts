import type { Command } from 'commander';
import { addForward, addTail } from './attempt-commands.ts';
import { addDeliveries } from './delivery-commands.ts';
import { addEvents, addSend } from './event-commands.ts';
import { addAttention, addDoctor } from './looking-commands.ts';
import { addWebhooks } from './webhook-commands.ts';

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
