import { useEffect, useRef } from 'react';

/** Opens the dialog as a modal one while it is drawn: the browser keeps the focus in it and gives it back.
 * It begins at the first field. */
export function useDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  return dialog;
}
