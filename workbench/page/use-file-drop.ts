import { type DragEvent, useState } from 'react';

/** Where files may be dropped: the last ones that were, whether some hover over it, and the handlers of the element. */
export function useFileDrop(enabled: boolean) {
  const [dropped, setDropped] = useState<FileList>();
  const [dragging, setDragging] = useState(false);
  if (!enabled) return { dropped, dragging };
  return {
    dropped,
    dragging,
    onDragOver(event: DragEvent) {
      event.preventDefault();
      setDragging(true);
    },
    onDragLeave(event: DragEvent) {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false);
    },
    onDrop(event: DragEvent) {
      event.preventDefault();
      setDragging(false);
      setDropped(event.dataTransfer.files);
    },
  };
}
