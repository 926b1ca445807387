import { randomBytes } from 'node:crypto';
import { elementsOf } from './block-text.ts';
import type { Block } from './blocks.ts';

/** Slack names what the app left unnamed: every block and every element that acts. */
export function named(blocks: Block[]): Block[] {
  const copy = structuredClone(blocks);
  for (const block of copy) {
    block.block_id ||= randomBytes(4).toString('base64url');
    for (const element of elementsOf(block)) element.action_id ||= randomBytes(4).toString('base64url');
  }
  return copy;
}
