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

/** A request of the app's, read whole: what it asks for is done even if it hangs up while it waits. */
export type Exchange = { headers: IncomingMessage['headers']; body: Buffer; response: ServerResponse };

/** The body's form, which is multipart. */
export async function readForm({ headers, body }: Exchange): Promise<FormData> {
  const type = { 'content-type': headers['content-type'] ?? '' };
  return new Request('http://form.invalid', { method: 'POST', headers: type, body: new Uint8Array(body) }).formData();
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
