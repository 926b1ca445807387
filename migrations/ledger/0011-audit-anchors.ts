import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE audit_anchors (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      sequence bigint NOT NULL,
      hash text NOT NULL,
      anchored_at timestamptz(3) NOT NULL,
      run_id uuid NOT NULL
    );
    CREATE INDEX audit_anchors_sequence_idx ON audit_anchors (sequence);

    CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% takes no %: rows are added, and stay', TG_TABLE_NAME, TG_OP;
    END $$;
    CREATE TRIGGER audit_anchors_stay BEFORE UPDATE OR DELETE ON audit_anchors FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER audit_anchors_stay_whole BEFORE TRUNCATE ON audit_anchors FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE audit_anchors');
}
