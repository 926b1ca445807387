import type { Block, Element } from './blocks.ts';

const SILENT = new Set(['block_id', 'action_id', 'type', 'value', 'url', 'image_url', 'style', 'private_metadata']);

/** The elements of a block that a person can use. */
export function elementsOf(block: Block): Element[] {
  if (block.type === 'section') return block.accessory && block.accessory.type !== 'image' ? [block.accessory] : [];
  if (block.type === 'input') return block.element ? [block.element] : [];
  return block.type === 'actions' ? (block.elements ?? []) : [];
}

/** All that can be read in a message or a view, one text a line: labels, options and table cells included. */
export function readable(thing: unknown): string {
  if (Array.isArray(thing)) return thing.map(readable).filter(Boolean).join('\n');
  if (typeof thing !== 'object' || thing === null) return '';
  const lines = Object.entries(thing).map(([name, value]) => {
    if (SILENT.has(name)) return '';
    return typeof value === 'string' && (name === 'text' || name === 'alt_text') ? value : readable(value);
  });
  return lines.filter(Boolean).join('\n');
}
