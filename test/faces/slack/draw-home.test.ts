import { expect, it } from 'vitest';
import type { Desk } from '../../../src/faces/slack/desk.ts';
import { drawHome } from '../../../src/faces/slack/home.ts';
import type { Home } from '../../../src/ops/home/home-of.ts';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { viewComplaints } from '../../../workbench/slack/complaints.ts';

// Drawing needs no more of the desk than this.
const desk = {
  service: { operations: OPERATIONS, find: (name: string) => OPERATIONS.find((operation) => operation.name === name) },
  ports: { settings: { environment: 'production' } },
} as unknown as Desk;
const ada = { actor: { id: 'slack:U0ADA', name: 'Ada', face: 'slack' } } as const;
const standing = { role: 'admin', rule: 'roles.admin.users', because: 'capops.yml lists you as admin' } as const;

const draw = (home: Partial<Home>) => {
  const blocks = drawHome(desk, ada, { standing, sections: [], may: OPERATIONS, ...home });
  return { blocks, complaints: viewComplaints({ type: 'home', blocks }) };
};

it('a home tab keeps within Slack’s limits, however much there is to show', () => {
  const long = '<!channel> & '.repeat(300);
  const many = Array.from({ length: 40 }, (_, place) => `${place} ${long}`);
  const offers = many.map((label) => ({ label, operation: 'show-run', input: { run: label }, confirm: long }));
  const sections = Array.from({ length: 30 }, (_, place) => ({
    key: `section-${place}`,
    name: long,
    reply: {
      tone: 'info' as const,
      title: long,
      parts: [
        { kind: 'list' as const, items: many.slice(0, 8) },
        { kind: 'table' as const, columns: ['A'], rows: [['a']] },
        { kind: 'note' as const, text: long },
      ],
      offers: offers.slice(0, 10).map((offer) => ({ ...offer, input: { run: 'ab12cd34' } })),
    },
  }));
  expect(draw({}).complaints).toEqual([]);
  expect(draw({ sections: sections.slice(0, 6) }).complaints).toEqual([]);
  expect(draw({ sections }).complaints).toEqual([]);
  expect(draw({ standing: { ...standing, role: undefined, because: long }, may: [] }).blocks).toHaveLength(2);
});
