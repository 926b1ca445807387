import { type Block as DrawnBlock, Message } from 'slack-blocks-to-jsx';
import type { Block } from '../slack/blocks.ts';
import { useActing } from './acting.tsx';
import { DataTable } from './data-table.tsx';
import { Acts } from './elements.tsx';
import { Field } from './field.tsx';
import type { Seen } from './server.ts';

type Props = { blocks: Block[]; seen: Seen; errors?: Record<string, string> };

/** Blocks that show are drawn by slack-blocks-to-jsx, those that act by our own elements. */
export function Blocks({ blocks, seen, errors = {} }: Props) {
  const { trouble } = useActing();
  return (
    <div className="blocks">
      {runs(blocks).map((run) => {
        const [block] = run as [Block];
        if (!isActing(block)) return <Drawn key={block.block_id} blocks={run} seen={seen} />;
        if (block.type === 'data_table') return <DataTable key={block.block_id} block={block} />;
        if (block.type === 'section') return <SectionWithAccessory key={block.block_id} block={block} seen={seen} />;
        if (block.type === 'input') return <Field key={block.block_id} block={block} error={errors[block.block_id]} />;
        return <ActionRow key={block.block_id} block={block} />;
      })}
      {trouble ? (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      ) : null}
    </div>
  );
}

function SectionWithAccessory({ block, seen }: { block: Block; seen: Seen }) {
  const { accessory, ...shown } = block;
  return (
    <div className="section">
      <Drawn blocks={[shown]} seen={seen} />
      {accessory ? <Acts block={block} element={accessory} label={block.text?.text ?? ''} /> : null}
    </div>
  );
}

function ActionRow({ block }: { block: Block }) {
  return (
    <div className="actions">
      {(block.elements ?? []).map((element) => (
        <Acts key={element.action_id} block={block} element={element} label={element.placeholder?.text ?? ''} />
      ))}
    </div>
  );
}

function Drawn({ blocks, seen }: { blocks: Block[]; seen: Seen }) {
  const users = seen.people.map(({ id, name }) => ({ id, name: name.split(' ')[0] ?? name }));
  const data = { users: [...users, { id: 'U0CAPOPS', name: 'CapOps' }], channels: seen.channels };
  return <Message withoutWrapper blocks={blocks as unknown as DrawnBlock[]} logo="" name="" data={data} />;
}

function isActing(block: Block): boolean {
  if (block.type === 'section') return block.accessory !== undefined && block.accessory.type !== 'image';
  return ['actions', 'input', 'data_table'].includes(block.type);
}

/** Neighbours that only show are drawn together; each block that acts stands alone. */
function runs(blocks: Block[]): Block[][] {
  const all: Block[][] = [];
  for (const block of blocks) {
    const last = all.at(-1)?.[0];
    if (last && !isActing(last) && !isActing(block)) all.at(-1)?.push(block);
    else all.push([block]);
  }
  return all;
}
