import { createContext, type ReactNode, useContext, useState } from 'react';
import type { Target } from '../page-data.ts';
import type { Block, Element, Option } from '../slack/blocks.ts';
import { type Held, initial, type Values } from '../slack/inputs.ts';
import { perform, type Uploaded, upload } from './server.ts';

/** What the elements of one message or view can do. */
export type Acting = {
  busy: boolean;
  /** What went wrong with the last use, in Slack's words. */
  trouble: string | undefined;
  held(block: Block, element: Element): Held;
  hold(block: Block, element: Element, held: Held): void;
  use(block: Block, element: Element, held?: Held): Promise<void>;
  ask(block: Block, element: Element, query: string): Promise<Option[]>;
  keep(file: File): Promise<Uploaded>;
};

const ActingContext = createContext<Acting | undefined>(undefined);

type Props = {
  person: string;
  target: { message: string } | { view: string };
  /** Given where somebody else keeps the values (a modal, to submit them). */
  values?: [Values, (change: (before: Values) => Values) => void];
  children: ReactNode;
};

export function ActingProvider({ person, target, values, children }: Props) {
  const own = useState<Values>({});
  const [filled, setFilled] = values ?? own;
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const targetOf = (block: Block, element: Element): Target => {
    return { ...target, block: block.block_id, action: element.action_id, values: filled };
  };
  const acting: Acting = {
    busy,
    trouble,
    held: (block, element) => filled[block.block_id]?.[element.action_id] ?? initial(element),
    hold(block, element, held) {
      const id = block.block_id;
      setFilled((before) => ({ ...before, [id]: { ...before[id], [element.action_id]: held } }));
    },
    async use(block, element, held) {
      setBusy(true);
      const { error } = await perform(person, { do: 'use', target: targetOf(block, element), held });
      setTrouble(error && `This did not work: ${error}.`);
      setBusy(false);
    },
    async ask(block, element, query) {
      const target = targetOf(block, element);
      const { options } = await perform<{ options?: Option[] }>(person, { do: 'choices', target, query });
      return options ?? [];
    },
    keep: (file) => upload(person, file),
  };
  return <ActingContext value={acting}>{children}</ActingContext>;
}

export function useActing(): Acting {
  const acting = useContext(ActingContext);
  if (!acting) throw new Error('Elements act inside an ActingProvider');
  return acting;
}
