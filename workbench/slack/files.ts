import type { Payload } from './deliver.ts';
import type { StoredFile } from './state.ts';
import { newId, type Workspace } from './workspace.ts';

const TYPES: Record<string, string> = {
  csv: 'text/csv',
  txt: 'text/plain',
  json: 'application/json',
  png: 'image/png',
};

export type NewFile = { name: string; content: Buffer; user: string; shared?: boolean };

export function storeFile(workspace: Workspace, file: NewFile): StoredFile {
  const extension = file.name.split('.').at(-1)?.toLowerCase() ?? '';
  const stored = {
    id: newId('F'),
    name: file.name,
    title: file.name,
    mimetype: TYPES[extension] ?? 'application/octet-stream',
    user: file.user,
    created: Math.floor(workspace.now() / 1000),
    content: file.content,
    shared: file.shared ?? true,
  };
  workspace.state.files.set(stored.id, stored);
  return stored;
}

/** A file as Slack's API, events and file inputs show it; its content is behind `url_private_download`, for the token. */
export function fileObject(workspace: Workspace, file: StoredFile): Payload {
  const filetype = file.name.includes('.') ? (file.name.split('.').at(-1) ?? '') : 'text';
  const address = `${workspace.url}/files/${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype,
    pretty_type: filetype.toUpperCase(),
    user: file.user,
    editable: false,
    size: file.content.length,
    mode: 'hosted',
    is_external: false,
    is_public: false,
    url_private: address,
    url_private_download: `${address}?download`,
    permalink: address,
  };
}
