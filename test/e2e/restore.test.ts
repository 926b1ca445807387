import { expect } from 'vitest';
import { inBrowser, setStage } from './stage.ts';

const stage = setStage();
const codes = async () =>
  (await stage.platform(`SELECT code FROM public.organizations WHERE code IN ('OSL', 'NEW') ORDER BY code`)).map(
    ({ code }) => code,
  );

inBrowser(
  'a backup is picked in a form, approved by a second person, restored, and undone by the report’s button',
  async () => {
    const ada = await stage.visit('U0ADA', 'D');
    await ada.say('/capops backup');
    await ada.message('was read back whole').waitFor();
    await stage.platform(
      `INSERT INTO public.organizations (id, name, code, "updatedAt") VALUES ('new', 'New', 'NEW', now())`,
    );
    await ada.say('/capops restore');
    await ada.field('Backup').click();
    await ada.form.getByRole('option').first().click();
    await ada.press('Preview', ada.form);
    const preview = ada.message('This replaces the database');
    await preview.waitFor();
    expect(await preview.textContent()).toContain('public.organizations');
    await ada.shoot('restore-preview');
    await ada.press('Replace the database', preview);
    await ada.press('Replace the database', ada.form);
    await ada.message('This waits for a second person').waitFor();
    expect(await codes()).toEqual(['NEW', 'OSL']);

    const omar = await stage.visit('U0OMAR');
    const request = omar.message('Ada asks for a second person');
    await request.waitFor();
    await omar.shoot('restore-approval');
    await omar.press('Approve', request);
    await omar.press('Approve', omar.form);
    const report = ada.message('in demo is now backup');
    await report.waitFor();
    await ada.shoot('restored');
    expect(await codes()).toEqual(['OSL']);

    await ada.press('Put the old one back', report);
    const asked = ada.message('This puts back');
    await asked.waitFor();
    await ada.press('Put the old one back', asked);
    await ada.press('Put the old one back', ada.form);
    await ada.message('is as it was before the restore').waitFor();
    await ada.shoot('restore-undone');
    expect(await codes()).toEqual(['NEW', 'OSL']);
    await Promise.all([ada.leave(), omar.leave()]);
  },
  { timeoutSeconds: 120 },
);
