const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `1.5 GB`; a thousand bytes are a KB. */
export function showBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${UNITS[power]}`;
}
