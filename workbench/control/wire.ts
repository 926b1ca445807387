/** JSON that also carries what tests hand over: expressions, file contents, and Infinity for "always". */
export function toWire(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, plain) {
    const original = this[key];
    if (original instanceof RegExp) return { $regexp: [original.source, original.flags] };
    if (Buffer.isBuffer(original)) return { $base64: original.toString('base64') };
    if (original === Number.POSITIVE_INFINITY) return { $always: true };
    if (typeof original === 'function')
      throw new TypeError('A question in code cannot travel: give words or an expression.');
    return plain;
  });
}

export function fromWire(text: string): unknown {
  return JSON.parse(text, (_, value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value.$regexp)) return new RegExp(value.$regexp[0], value.$regexp[1]);
    if (typeof value.$base64 === 'string') return Buffer.from(value.$base64, 'base64');
    return value.$always === true ? Number.POSITIVE_INFINITY : value;
  });
}
