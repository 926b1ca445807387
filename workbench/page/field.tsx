import type { Block } from '../slack/blocks.ts';
import { Acts } from './elements.tsx';

/** An input block: its label, the element, the hint, and what is wrong with it. */
export function Field({ block, error }: { block: Block; error: string | undefined }) {
  const { element, hint } = block;
  if (!element) return null;
  const label = block.label?.text ?? '';
  return (
    <fieldset className={error ? 'field wrong' : 'field'}>
      <legend>
        {label} {block.optional ? <span className="note">(optional)</span> : null}
      </legend>
      <Acts block={block} element={element} label={label} />
      {error ? (
        <p className="error" id={`${block.block_id}-error`} role="alert">
          {error}
        </p>
      ) : null}
      {hint ? (
        <p className="hint" id={`${block.block_id}-hint`}>
          {hint.text}
        </p>
      ) : null}
    </fieldset>
  );
}
