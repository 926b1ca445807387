import type { Payload } from '../deliver.ts';
import { fileObject, storeFile } from '../files.ts';
import { postAsApp } from '../messages.ts';
import { BOT_USER } from '../state.ts';
import { contentOf, threadOf } from './chat.ts';
import { type Method, Refusal, wanted } from './method.ts';

const info: Method = (workspace, args) => {
  const file = workspace.state.files.get(wanted(args, 'file'));
  if (!file) throw new Refusal('file_not_found');
  return { file: fileObject(workspace, file), comments: [] };
};

const getUploadUrl: Method = (workspace, args) => {
  const length = Number(args.length);
  if (!Number.isInteger(length) || length < 1)
    throw new Refusal('invalid_arguments', ['[ERROR] length must be positive']);
  const empty = { name: wanted(args, 'filename'), content: Buffer.alloc(0), user: BOT_USER, shared: false };
  const file = storeFile(workspace, empty);
  return { upload_url: `${workspace.url}/upload/${file.id}`, file_id: file.id };
};

/** Shares uploaded files in a channel, in one message. */
const completeUpload: Method = (workspace, args) => {
  const asked = Array.isArray(args.files) ? (args.files as Payload[]) : [];
  const files = asked.map(({ id, title }) => {
    const file = workspace.state.files.get(String(id));
    if (!file || file.content.length === 0) throw new Refusal('file_not_found');
    return Object.assign(file, { shared: true, title: String(title ?? file.name) });
  });
  const channel = args.channel_id;
  if (typeof channel === 'string') {
    if (!workspace.state.channels.has(channel)) throw new Refusal('channel_not_found');
    const comment =
      args.blocks || args.initial_comment ? { text: args.initial_comment, blocks: args.blocks } : undefined;
    const content = { text: '', ...(comment ? contentOf(workspace, comment) : {}) };
    postAsApp(workspace, { channel, ...content, files, ...threadOf(workspace, args) });
  }
  return { files: files.map((file) => fileObject(workspace, file)) };
};

export const files: Record<string, Method> = {
  'files.info': info,
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
};
