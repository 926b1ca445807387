import type { Confirm } from '../slack/blocks.ts';
import { useDialog } from './dialog.ts';

type Props = { confirm: Confirm; agree: () => void; decline: () => void };

export function ConfirmDialog({ confirm, agree, decline }: Props) {
  const dialog = useDialog();
  return (
    <dialog
      ref={dialog}
      className="dialog small"
      aria-labelledby="confirm-title"
      onCancel={(event) => [event.preventDefault(), decline()]}
    >
      <h2 id="confirm-title">{confirm.title.text}</h2>
      <p className="body">{confirm.text.text}</p>
      <footer>
        <button type="button" className="button" onClick={decline}>
          {confirm.deny.text}
        </button>
        <button type="button" className={`button solid ${confirm.style ?? 'primary'}`} onClick={agree}>
          {confirm.confirm.text}
        </button>
      </footer>
    </dialog>
  );
}
