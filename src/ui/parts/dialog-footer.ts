import { html, type View } from '../html.ts';
import { Fault, type Task } from './task.ts';

type FooterParts = {
  /** The word on the button that does it. */
  verb: string;
  task: Task;
  onClose: () => void;
  /** The word on the button that leaves it. */
  leave?: string;
  /** What can be done after it was done: that is then the main button. */
  next?: View;
};

/** The end of a dialog with a form: why it could not be done, and what can be done now. */
export function DialogFooter(parts: FooterParts): View {
  const { verb, task, onClose, leave = 'Leave it', next = null } = parts;
  const isWorking = task.isWorking.value;
  return html`<div>
    <${Fault} of=${task} />
    <footer>
      <button type="button" class="secondary outline" onClick=${onClose}>${leave}</button>
      <button
        type="submit"
        class=${next === null ? '' : 'secondary outline'}
        aria-busy=${isWorking}
        disabled=${isWorking}
      >
        ${verb}
      </button>
      ${next}
    </footer>
  </div>`;
}
