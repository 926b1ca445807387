import { Model, type Pojo } from 'objection';

/** A table of the platform. Its timestamps have no zone and hold UTC, so dates go in as UTC text and never by the process's zone. */
export class PlatformModel extends Model {
  override $formatDatabaseJson(json: Pojo): Pojo {
    const row = super.$formatDatabaseJson(json);
    for (const [column, value] of Object.entries(row)) if (value instanceof Date) row[column] = utcText(value);
    return row;
  }
}

/** `2026-12-31 23:59:59.999`, what a `timestamp(3)` column takes. */
export function utcText(instant: Date): string {
  return instant.toISOString().replace('T', ' ').replace('Z', '');
}
