import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { LocalSlack } from '../../workbench/local-slack.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

/** Somebody at the page, by what they see and do there: by role and name, as a screen reader has it. */
export type Visitor = {
  readonly page: Page;
  /** Types into the composer and sends it. */
  say(text: string): Promise<void>;
  /** The newest message that contains the text, once there is one. */
  message(text: string | RegExp): Locator;
  /** The modal on top. */
  readonly form: Locator;
  /** A field of the form, by its label. */
  field(label: string): Locator;
  press(name: string, within?: Locator): Promise<void>;
  /** Leaves a picture in .screenshots. */
  shoot(name: string): Promise<void>;
  leave(): Promise<void>;
};

export async function visit(
  page: Page,
  slack: LocalSlack,
  { person, room }: { person: string; room: string },
): Promise<Visitor> {
  // What goes wrong in the page fails the test that is on it.
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (line) => line.type() === 'error' && troubles.push(line.text()));
  await page.goto(`${slack.url}/#${person}/${room === 'D' ? `D${person.slice(1)}` : room}`);
  const composer = page.getByRole('textbox', { name: /^Message to / });
  await page.locator('nav').waitFor({ state: 'attached' });
  const form = page.getByRole('dialog').last();
  return {
    page,
    form,
    async say(text) {
      await composer.fill(text);
      await composer.press('Enter');
    },
    message: (text) => page.getByRole('article').filter({ hasText: text }).last(),
    field: (label) => form.getByLabel(label, { exact: true }).and(page.locator('input, textarea')),
    press: (name, within) => (within ?? page.locator('body')).getByRole('button', { name, exact: true }).last().click(),
    async shoot(name) {
      await page.screenshot({ path: join(PROJECT_ROOT, '.screenshots', `${name}.png`) });
    },
    async leave() {
      await page.context().close();
      if (troubles.length > 0) throw new Error(`The page complained: ${troubles.join('; ')}`);
    },
  };
}
