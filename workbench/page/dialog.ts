import { useLayoutEffect, useRef } from 'react';

/** Opens the dialog as a modal one while it is drawn: the browser keeps the focus in it and gives it back.
 * It begins at the first field. */
export function useDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed before it leaves the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  return dialog;
}
