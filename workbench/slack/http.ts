import type { IncomingMessage, ServerResponse } from 'node:http';

const BODY_MAX = 20_000_000;

/** The whole body, at most 20 MB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > BODY_MAX) throw new Error('the body is larger than 20 MB');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The body's form, where it is multipart or urlencoded. */
export async function readForm(request: IncomingMessage): Promise<FormData> {
  const body = new Uint8Array(await readBody(request));
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  return new Request('http://form.invalid', { method: 'POST', headers, body }).formData();
}

export function respond(
  response: ServerResponse,
  status: number,
  body = '',
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(body);
}

export function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  respond(response, status, JSON.stringify(body), { 'content-type': 'application/json; charset=utf-8', ...headers });
}
