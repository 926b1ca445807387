import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE audit_log (
      sequence bigint PRIMARY KEY,
      at timestamptz(3) NOT NULL,
      run_id uuid NOT NULL,
      operation text NOT NULL,
      effect text NOT NULL,
      outcome text NOT NULL,
      rule text,
      message text,
      reference text,
      actor_id text NOT NULL,
      actor_name text NOT NULL,
      face text NOT NULL,
      channel text,
      input jsonb NOT NULL,
      subjects text[] NOT NULL,
      before jsonb,
      after jsonb,
      previous_hash text NOT NULL,
      hash text NOT NULL
    );
    CREATE INDEX audit_log_at_idx ON audit_log (at);
    CREATE INDEX audit_log_actor_idx ON audit_log (actor_id, sequence);
    CREATE INDEX audit_log_subjects_idx ON audit_log USING gin (subjects);

    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'audit_log takes no %: rows are added, and stay', TG_OP;
    END $$;
    CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER audit_log_stays_whole BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE audit_log; DROP FUNCTION refuse_audit_change()');
}
