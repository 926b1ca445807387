import type { HttpSight, Sight } from '../ports.ts';
import { clipped } from './clipped.ts';
import type { HealthFinding } from './health.ts';
import { answered, certificateDetails, type Judging, notConfigured, unanswered, wrong } from './health-finding.ts';
import { withoutSecrets } from './without-secrets.ts';

type Page = Extract<Sight<HttpSight>, { isAnswered: true }>;

interface Fault {
  readonly state: 'degraded' | 'unhealthy';
  readonly says: string;
  readonly next?: string;
}

const PLACES = {
  gateway: { setting: 'API_GATEWAY_URL', look: 'Look whether it runs, and at its log (compose service api-gateway).' },
  frontend: { setting: 'FRONTEND_URL', look: 'Look whether it runs, and at its log (compose service web).' },
} as const;

const FAULTS = { gateway: gatewayFault, frontend: frontendFault };

const BODY_SHOWN = 300;
const TITLE_SHOWN = 60;
const MOST_PARTS = 8;
// As proxies, Next.js and Express call their pages when something is wrong, though the status is 200.
const ERROR_TITLE =
  /\b[45]\d\d\b|bad gateway|gateway time-?out|service unavailable|internal server error|application error|not found|maintenance/i;
const ERROR_MARK = /<html[^>]+id="__next_error__"/i;

/** The gateway, or the front end. */
export function judgePage(
  judging: Judging & { service: 'gateway' | 'frontend' },
  sight: Sight<HttpSight> | undefined,
): HealthFinding {
  const { setting, look } = PLACES[judging.service];
  if (!sight) return notConfigured(judging.service, `Set ${setting} to have it looked at.`);
  if (!sight.isAnswered) return unanswered(judging, sight, { setting, look });
  const details = detailsOf(sight, judging);
  const fault = redirectFault(sight, setting) ?? statusFault(sight) ?? FAULTS[judging.service](sight);
  if (fault) return wrong(judging, sight, { next: look, ...fault, details });
  return answered(judging, sight, { says: 'Answers', next: look, details });
}

function redirectFault({ redirect, status }: Page, setting: string): Fault | undefined {
  if (redirect === undefined) return undefined;
  const where = redirect === 'elsewhere' ? 'another host' : redirect;
  const says = `Answers with a redirect to ${where} (HTTP ${status}), which is not followed`;
  return { state: 'unhealthy', says, next: `Set ${setting} to the address that answers by itself.` };
}

function statusFault({ status, body }: Page): Fault | undefined {
  if (status === 200) return undefined;
  const said = statusWord(body);
  return { state: 'unhealthy', says: `Answers with HTTP ${status}${said === undefined ? '' : `, status “${said}”`}` };
}

function gatewayFault({ body, isCut }: Page): Fault | undefined {
  const status = statusWord(body);
  if (status === undefined) {
    const page = titleOf(body);
    const what = isCut ? 'something large' : page === undefined ? 'something' : `a page (“${page}”)`;
    return { state: 'unhealthy', says: `Answers with ${what} instead of its health, though with HTTP 200` };
  }
  if (/^(ok|healthy|up|pass)$/i.test(status)) return undefined;
  const ailing = ailingParts(body);
  const parts = ailing.length > 0 ? ` (${ailing.join(', ')})` : '';
  if (/^(degraded|warn(ing)?)$/i.test(status)) return { state: 'degraded', says: `Says that it is degraded${parts}` };
  return { state: 'unhealthy', says: `Says that its status is “${status}”${parts}` };
}

function frontendFault({ body, contentType }: Page): Fault | undefined {
  if (body.trim() === '') return { state: 'unhealthy', says: 'Answers with an empty page, though with HTTP 200' };
  const title = titleOf(body);
  if (ERROR_MARK.test(body) || (title !== undefined && ERROR_TITLE.test(title))) {
    const named = title === undefined ? '' : ` (“${title}”)`;
    return { state: 'unhealthy', says: `Answers with an error page${named}, though with HTTP 200` };
  }
  if (/html/i.test(contentType) || /^\s*(<!doctype html|<html)/i.test(body)) return undefined;
  return { state: 'unhealthy', says: 'Answers with something that is no page, though with HTTP 200' };
}

/** The word under `status`, where it is one. */
function statusWord(body: string): string | undefined {
  const { status } = readJson(body) ?? {};
  return typeof status === 'string' && status !== '' ? shown(status, TITLE_SHOWN) : undefined;
}

/** What else the answer says of its parts that is not good: `database: disconnected`. */
function ailingParts(body: string): string[] {
  const parts = Object.entries(readJson(body) ?? {}).filter(([name, value]) => name !== 'status' && isAiling(value));
  return parts.slice(0, MOST_PARTS).map(([name, value]) => shown(`${name}: ${wordOf(value)}`, TITLE_SHOWN));
}

const AILING = /^(error|down|fail(ed|ing)?|unhealthy|degraded|disconnected|unavailable|timeout|false)$/i;

function isAiling(value: unknown): boolean {
  return AILING.test(wordOf(value));
}

function wordOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return wordOf((value as { status?: unknown }).status);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}

function readJson(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function titleOf(body: string): string | undefined {
  const title = /<title[^>]*>([^<]{1,500})<\/title>/i.exec(body)?.[1]?.trim();
  return title ? shown(title, TITLE_SHOWN) : undefined;
}

function detailsOf({ status, contentType, body, isCut, certificateEnds }: Page, { service, now }: Judging) {
  const version = service === 'gateway' ? readJson(body)?.version : undefined;
  return [
    ...(typeof version === 'string' ? ([['Version', shown(version, TITLE_SHOWN)]] as const) : []),
    ['HTTP status', String(status)] as const,
    ...(contentType === '' ? [] : ([['Content type', shown(contentType, TITLE_SHOWN)]] as const)),
    ...certificateDetails(certificateEnds, now),
    ['Answer', shown(body, BODY_SHOWN) + (isCut ? ' (and more than 64 KB)' : '')] as const,
  ];
}

function shown(text: string, most: number): string {
  return clipped(withoutSecrets(text).replaceAll(/\s+/g, ' ').trim(), most);
}
