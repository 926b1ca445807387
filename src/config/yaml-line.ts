import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

/** The line, from 1, on which the value at a path stands, or as much of the path as there is. */
export function lineAt(root: Node | null, path: readonly PropertyKey[], lines: LineCounter): number {
  let offset = root?.range?.[0] ?? 0;
  let node: unknown = root;
  for (const part of path) {
    const entry = entryAt(node, part);
    if (!entry) break;
    offset = entry.offset ?? offset;
    node = entry.value;
  }
  return lines.linePos(offset).line;
}

function entryAt(node: unknown, part: PropertyKey): { offset: number | undefined; value: unknown } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(part)];
    return value ? { offset: (value as Node).range?.[0], value } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  return pair && { offset: (pair.key as Node).range?.[0], value: pair.value };
}
