import pg from 'pg';

/** A module, what its access is, and in how many days it ends (null: never). */
type Access = [module: string, status: 'active' | 'suspended' | 'expired', endsInDays: number | null];

const AIRPORTS: [code: string, name: string, ...access: Access[]][] = [
  ['LHR', 'London Heathrow', ['assets', 'active', null], ['work', 'active', 25], ['capacity', 'active', 400]],
  ['AMS', 'Amsterdam Schiphol', ['assets', 'active', 200], ['planning', 'active', 200], ['work', 'suspended', 90]],
  ['CDG', 'Paris Charles de Gaulle', ['assets', 'active', 6], ['monitoring', 'active', 6]],
  ['FRA', 'Frankfurt am Main', ['assets', 'active', null], ['work', 'active', null], ['monitoring', 'active', null]],
  ['ZRH', 'Zürich', ['capacity', 'expired', -12], ['assets', 'active', 310]],
  ['OSL', 'Oslo Gardermoen', ['work', 'active', 45]],
  [
    'JFK',
    'New York John F. Kennedy',
    ['assets', 'active', 120],
    ['capacity', 'active', 120],
    ['planning', 'active', 14],
  ],
  ['SIN', 'Singapore Changi', ['assets', 'active', null], ['capacity', 'active', null], ['planning', 'active', null]],
  ['NRT', 'Tokyo Narita', ['monitoring', 'active', 75]],
  ['SYD', 'Sydney Kingsford Smith', ['assets', 'active', 21], ['work', 'active', 21]],
  ['GRU', 'São Paulo Guarulhos', ['planning', 'active', 180]],
  ['JNB', 'Johannesburg O. R. Tambo'],
  ['KEF', 'Keflavík', ['assets', 'suspended', 30]],
];

/** Puts real airports into an empty platform database; leaves one alone that holds anything. */
export async function seedAirports(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(SEED, [JSON.stringify(rows(Date.now()))]);
  } finally {
    await client.end();
  }
}

function rows(now: number) {
  const dayIn = (days: number) => new Date(now + days * 86_400_000).toISOString().slice(0, 10);
  return AIRPORTS.map(([code, name, ...access]) => ({
    code,
    name,
    access: access.map(([module, status, days]) => ({
      module,
      status,
      lastDay: days === null ? null : dayIn(days),
    })),
  }));
}

/**
 * Each change leaves its trace, as the platform's own services would have left it. Access ends with its last day in the
 * demo's time zone, like what CapOps grants.
 */
const SEED = `
  WITH airport AS (
    INSERT INTO public.organizations (id, name, code, "createdAt", "updatedAt", "createdBy")
    SELECT gen_random_uuid(), name, code, now() AT TIME ZONE 'UTC' - interval '90 days', now() AT TIME ZONE 'UTC', 'demo'
    FROM jsonb_to_recordset($1) AS given (code text, name text)
    WHERE NOT EXISTS (SELECT FROM public.organizations)
    RETURNING id, code
  ), access AS (
    INSERT INTO entitlement.entitlements
      (id, organization_id, module_key, status, valid_from, valid_until, created_at, updated_at, created_by)
    SELECT gen_random_uuid(), airport.id, one.module, one.status, now() AT TIME ZONE 'UTC' - interval '60 days',
      (one."lastDay" + 1)::timestamp AT TIME ZONE 'Europe/London' AT TIME ZONE 'UTC' - interval '1 millisecond',
      now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 'demo'
    FROM airport
    JOIN jsonb_to_recordset($1) AS given (code text, access jsonb) USING (code)
    CROSS JOIN jsonb_to_recordset(given.access) AS one (module text, status text, "lastDay" date)
    RETURNING *
  )
  INSERT INTO entitlement.entitlement_audits
    (id, entitlement_id, organization_id, module_key, action, new_value, performed_by, performed_at, reason)
  SELECT gen_random_uuid(), id, organization_id, module_key, 'created',
    jsonb_build_object('status', status, 'validUntil', to_char(valid_until, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
    'demo', valid_from, 'Made for the demo'
  FROM access`;
