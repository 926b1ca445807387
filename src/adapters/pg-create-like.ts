import { type Client, escapeIdentifier, escapeLiteral } from 'pg';

const PROVIDERS: Readonly<Record<string, string>> = { c: 'libc', i: 'icu', b: 'builtin' };

/** A row of pg_database, whose columns differ by version. */
interface Model {
  readonly datlocprovider?: string;
  readonly datcollate: string;
  readonly datctype: string;
  /** From 17 on; before that `daticulocale`. */
  readonly datlocale?: string | null;
  readonly daticulocale?: string | null;
  readonly daticurules?: string | null;
}

const LOOK = `
  SELECT to_jsonb(pg_database) AS model, pg_encoding_to_char(encoding) AS encoding,
    CASE WHEN dattablespace <> (SELECT dattablespace FROM pg_database WHERE datname = 'template0') THEN spcname END AS tablespace
  FROM pg_database JOIN pg_tablespace ON pg_tablespace.oid = dattablespace WHERE datname = $1`;

interface Found {
  readonly model: Model;
  readonly encoding: string;
  readonly tablespace: string | null;
}

/**
 * Makes an empty database with the encoding, locale and tablespace of another, or of the server where that is not there, to which
 * only its owner may connect.
 */
export async function createLike(client: Client, name: string, like: string): Promise<void> {
  const look = async (model: string) => (await client.query<Found>(LOOK, [model])).rows[0];
  const found = (await look(like)) ?? (await look('template0'));
  if (!found) throw new Error('the database that another is to be like is not there');
  const options = [
    'TEMPLATE template0',
    `ENCODING ${escapeLiteral(found.encoding)}`,
    ...localeOf(found.model),
    // Whoever is no superuser may not even name the usual one.
    ...(found.tablespace === null ? [] : [`TABLESPACE ${escapeIdentifier(found.tablespace)}`]),
  ];
  await client.query(`CREATE DATABASE ${escapeIdentifier(name)} ${options.join(' ')}`);
  await client.query(`REVOKE ALL ON DATABASE ${escapeIdentifier(name)} FROM PUBLIC`);
}

function localeOf(model: Model): string[] {
  const libc = [`LC_COLLATE ${escapeLiteral(model.datcollate)}`, `LC_CTYPE ${escapeLiteral(model.datctype)}`];
  const provider = PROVIDERS[model.datlocprovider ?? ''];
  const locale = model.datlocale ?? model.daticulocale;
  if (provider === undefined || provider === 'libc' || !locale) return libc;
  const own = `${provider === 'icu' ? 'ICU_LOCALE' : 'BUILTIN_LOCALE'} ${escapeLiteral(locale)}`;
  const rules = model.daticurules ? [`ICU_RULES ${escapeLiteral(model.daticurules)}`] : [];
  return [`LOCALE_PROVIDER ${provider}`, own, ...rules, ...libc];
}
