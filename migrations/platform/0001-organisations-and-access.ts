import type { Knex } from 'knex';

/** The platform's own shape, for an empty database: what its services would have made, as far as CapOps needs it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE SCHEMA entitlement;

    CREATE TABLE public.organizations (
      id text PRIMARY KEY,
      name text NOT NULL,
      code text NOT NULL,
      "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      "updatedAt" timestamp(3) NOT NULL,
      "createdBy" text,
      "updatedBy" text
    );
    CREATE UNIQUE INDEX organizations_code_key ON public.organizations (code);

    CREATE TABLE public.audit_logs (
      id text PRIMARY KEY,
      entity_type text NOT NULL,
      entity_id text NOT NULL,
      action text NOT NULL,
      changes jsonb,
      performed_by text NOT NULL,
      performed_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      ip_address text,
      user_agent text,
      organization_id text
    );

    CREATE TABLE entitlement.entitlements (
      id text PRIMARY KEY,
      organization_id text NOT NULL,
      module_key text NOT NULL,
      status text NOT NULL DEFAULT 'active',
      valid_from timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      valid_until timestamp(3),
      created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      updated_at timestamp(3) NOT NULL,
      created_by text,
      updated_by text
    );
    CREATE UNIQUE INDEX entitlements_organization_id_module_key_key
      ON entitlement.entitlements (organization_id, module_key);

    CREATE TABLE entitlement.entitlement_audits (
      id text PRIMARY KEY,
      entitlement_id text NOT NULL,
      organization_id text NOT NULL,
      module_key text NOT NULL,
      action text NOT NULL,
      previous_value jsonb,
      new_value jsonb,
      performed_by text NOT NULL,
      performed_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      reason text
    );
  `);
}

/** The tables are the patient's once they exist. */
export async function down(): Promise<void> {
  throw new Error('CapOps does not take the platform’s tables away');
}
