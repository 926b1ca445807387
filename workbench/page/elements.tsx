import { useState } from 'react';
import { actsAtOnce, type Block, type Element } from '../slack/blocks.ts';
import type { Held } from '../slack/inputs.ts';
import { useActing } from './acting.tsx';
import { ConfirmDialog } from './confirm.tsx';
import { Input } from './inputs.tsx';
import { Overflow } from './overflow.tsx';

type Props = { block: Block; element: Element; label: string };

/** An element that tells the app at once: after its confirm dialog, where it has one. */
export function Acts({ block, element, label }: Props) {
  const acting = useActing();
  const [asking, setAsking] = useState<{ held?: Held }>();
  const act = async (held?: Held) => {
    setAsking(undefined);
    if (held) acting.hold(block, element, held);
    if (actsAtOnce(block)) await acting.use(block, element, held);
  };
  const wish = (held?: Held) => (element.confirm ? setAsking(held ? { held } : {}) : act(held));
  return (
    <>
      <Control block={block} element={element} label={label} wish={wish} />
      {asking && element.confirm ? (
        <ConfirmDialog confirm={element.confirm} agree={() => act(asking.held)} decline={() => setAsking(undefined)} />
      ) : null}
    </>
  );
}

function Control({ block, element, label, wish }: Props & { wish: (held?: Held) => void }) {
  const { held, busy } = useActing();
  if (element.type === 'button') return <Button element={element} wish={wish} busy={busy} />;
  if (element.type === 'overflow')
    return <Overflow element={element} choose={(option) => wish({ selected_option: option })} />;
  return <Input block={block} element={element} held={held(block, element)} change={wish} label={label} />;
}

function Button({ element, wish, busy }: { element: Element; wish: () => void; busy: boolean }) {
  const { text, style = '', url, accessibility_label } = element;
  const press = () => {
    if (url) window.open(url, '_blank', 'noopener,noreferrer');
    wish();
  };
  return (
    <button
      type="button"
      className={`button ${style}`}
      // Not disabled: a disabled button loses the focus, and the dialog that opens could not give it back.
      aria-disabled={busy}
      aria-label={accessibility_label}
      onClick={() => busy || press()}
    >
      {text?.text}
    </button>
  );
}
