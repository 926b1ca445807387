import type { Knex } from 'knex';
import { Model, type QueryBuilder } from 'objection';
import { codesNear } from '../domain/airport-code.ts';
import { typingErrors } from '../domain/nearest.ts';
import type { Author } from './entitlement.ts';

/** An airport, by IATA code: `public.organizations`. */
export class Organisation extends Model {
  static override tableName = 'public.organizations';

  declare id: string;
  declare name: string;
  /** Three capital letters, unique. */
  declare code: string;
  declare createdAt: Date;
  declare updatedAt: Date;
  declare createdBy: string | null;
  declare updatedBy: string | null;

  /** Adds an organisation in the caller's transaction. Undefined when the code is taken, also by somebody a moment ago. */
  static async add(
    trx: Knex.Transaction,
    { id, name, code }: { id: string; name: string; code: string },
    by: Author,
  ): Promise<Organisation | undefined> {
    const row = { id, name, code, createdAt: by.at, updatedAt: by.at, createdBy: by.actorId, updatedBy: by.actorId };
    const rows = await Organisation.query(trx).insert(row).onConflict('code').ignore().returning('id').toKnexQuery();
    return rows.length > 0 ? Organisation.fromDatabaseJson(row) : undefined;
  }

  /** Holds the row until the transaction ends, so that changes of one organisation's access come one after the other. False when it is gone. */
  async lock(trx: Knex.Transaction): Promise<boolean> {
    return (await this.$query(trx).select('id').forUpdate()) !== undefined;
  }

  /** Undefined when no organisation has the code. */
  static async byCode(platform: Knex, code: string): Promise<Organisation | undefined> {
    return Organisation.query(platform).findOne({ code });
  }

  /** At most `limit` organisations for a picker: the code as typed first, then codes that begin with it, then names that hold it. */
  static async choices(platform: Knex, text: string, limit: number): Promise<Organisation[]> {
    const typed = text.trim();
    return Organisation.query(platform)
      .select('code', 'name')
      .modify((query) => matching(query, typed))
      .orderByRaw('(code = upper(?)) DESC, starts_with(code, upper(?)) DESC, code', [typed, typed])
      .limit(limit);
  }

  /** The organisation that was probably meant by a word that is no organisation's code. */
  static async nearest(platform: Knex, word: string): Promise<Organisation | undefined> {
    const typed = word.trim();
    const [byName, byCode] = await Promise.all([
      typed.length < 3
        ? []
        : Organisation.query(platform)
            .whereRaw(NAME_HOLDS, [plainLetters(typed)])
            .orderBy('code')
            .limit(2),
      typed.length > 4 ? [] : Organisation.query(platform).whereRaw('code = ANY(?)', [codesNear(typed)]),
    ]);
    const order = codesNear(typed);
    const likeliest = byCode.toSorted(
      (a, b) =>
        typingErrors(typed.toUpperCase(), a.code) - typingErrors(typed.toUpperCase(), b.code) ||
        order.indexOf(a.code) - order.indexOf(b.code),
    );
    return byName.length === 1 ? byName[0] : (likeliest[0] ?? byName[0]);
  }
}

/** Names without case and accents, so that `zurich` finds Zürich. PostgreSQL's extension for it may not be there. */
const NAME_HOLDS = `strpos(regexp_replace(normalize(lower(name), NFD), '[\u0300-\u036f]', '', 'g'), ?) > 0`;

function plainLetters(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '');
}

/** Limits a query to organisations whose code begins with the text or whose name holds it; an empty text matches all. */
export function matching(query: QueryBuilder<Organisation, Organisation[]>, text: string): void {
  if (text === '') return;
  query.where((either) => {
    either.whereRaw('starts_with(code, upper(?))', [text]).orWhereRaw(NAME_HOLDS, [plainLetters(text)]);
  });
}
