import type { Use } from '../slack/acts.ts';
import { elementsOf } from '../slack/block-text.ts';
import { type Block, type Element, optionsOf } from '../slack/blocks.ts';

/** The element with this action id, button label, or (in an overflow menu) option label or value. */
export function findUse(blocks: Block[], name: string): Use {
  const uses = blocks.flatMap((block) => elementsOf(block).map((element) => ({ block, element })));
  const use = uses.find((one) => one.element.action_id === name) ?? uses.find((one) => one.element.text?.text === name);
  if (use) return use;
  for (const one of uses.filter(({ element }) => element.type === 'overflow')) {
    const option = optionsOf(one.element).find(({ text, value }) => text.text === name || value === name);
    if (option) return { ...one, held: { selected_option: option } };
  }
  throw new Error(
    `Nothing to click is called ${name}; there is: ${uses.map(({ element }) => nameOf(element)).join(', ')}.`,
  );
}

/** The element that a form's value is for: by block id, or by action id where a block has several. */
export function findInput(blocks: Block[], name: string): Use {
  for (const block of blocks) {
    const elements = elementsOf(block).filter((element) => element.type !== 'button');
    const element =
      elements.find((one) => one.action_id === name) ?? (block.block_id === name ? elements[0] : undefined);
    if (element) return { block, element };
  }
  throw new Error(`The form has no input ${name}; there is: ${blocks.map((block) => block.block_id).join(', ')}.`);
}

function nameOf(element: Element): string {
  return element.text ? `${element.action_id} (${element.text.text})` : element.action_id;
}
