import { z } from 'zod';
import { UnavailableError, UserError } from '../../errors.ts';
import type { Attachment } from '../../ops/service/report.ts';
import type { IncomingFile } from '../../ports.ts';
import type { Posted } from './answer.ts';
import type { Asker, Desk } from './desk.ts';

const MOST_BYTES = 10 * 1024 * 1024;

const infoSchema = z.object({
  file: z.object({ name: z.string(), size: z.number(), user: z.string(), url_private_download: z.string() }),
});

/** Opens files that the asker sent, by Slack's id for them. Nobody has CapOps read somebody else's file. */
export function fileOpener(desk: Desk, { userId }: Asker): (reference: string) => Promise<IncomingFile> {
  return async (reference) => {
    const { name, size, user, url_private_download } = await fileInfo(desk, reference);
    if (user !== userId) throw new UserError('That file is somebody else’s. Send it to CapOps yourself.');
    if (size > MOST_BYTES)
      throw new UserError(
        `“${name}” has ${Math.ceil(size / 1024 / 1024)} MB; Slack’s forms and CapOps take 10 MB. Use the terminal for it.`,
      );
    return { name, sizeBytes: size, content: desk.web.download(url_private_download) };
  };
}

async function fileInfo({ web }: Desk, file: string): Promise<z.infer<typeof infoSchema>['file']> {
  try {
    return infoSchema.parse(await web.quick.files.info({ file })).file;
  } catch (error) {
    if (isNotFound(error)) throw new UserError('Slack has no such file any more. Send it again.');
    throw new UnavailableError(
      'Slack',
      'The file could not be read. Nothing was changed; try again in a moment.',
      error,
    );
  }
}

function isNotFound(error: unknown): boolean {
  const data = (error as { data?: { error?: string } }).data;
  return ['file_not_found', 'file_deleted', 'file_not_visible'].includes(data?.error ?? '');
}

/** Sends the files that go with a report into the asker's direct messages; in the thread of a message where one is given. */
export async function sendAttachments(
  { web }: Desk,
  { userId }: Asker,
  files: { attachments: readonly Attachment[]; under?: Posted | undefined },
): Promise<void> {
  if (files.attachments.length === 0) return;
  const { channel } = files.under ?? { channel: (await web.client.conversations.open({ users: userId })).channel?.id };
  if (!channel) throw new Error('Slack opened no direct message');
  for (const { name, content, summary } of files.attachments) {
    const place = { channel_id: channel, ...(files.under ? { thread_ts: files.under.ts } : {}) };
    await web.client.files.uploadV2({ ...place, filename: name, content, initial_comment: summary } as Parameters<
      typeof web.client.files.uploadV2
    >[0]);
  }
}
