import { html, type View } from '../html.ts';
import { Fault, type Task } from './task.ts';

type FooterParts = {
  /** The word on the button that does it. */
  verb: string;
  task: Task;
  onClose: () => void;
  /** The word on the button that leaves it. */
  leave?: string;
};

/** The end of a dialog with a form: why it could not be done, and what can be done now. */
export function DialogFooter({ verb, task, onClose, leave = 'Leave it' }: FooterParts): View {
  const isWorking = task.isWorking.value;
  return html`<div>
    <${Fault} of=${task} />
    <footer>
      <button type="button" class="secondary outline" onClick=${onClose}>${leave}</button>
      <button type="submit" aria-busy=${isWorking} disabled=${isWorking}>${verb}</button>
    </footer>
  </div>`;
}
