import { SECRET_PATTERNS } from '../../src/domain/without-secrets.ts';

/** A password with signs that every encoding writes in its own way. */
export const PASSWORD = 'Zx9!q/T"w@é%5k+Y';
const WEBHOOK_PART = 'B0PLANTED7/Qw8rT2zX4cV6bN1m';

/** Settings that hold a secret each. */
export const SECRET_SETTINGS = {
  SLACK_BOT_TOKEN: 'xoxb-1111111111-PlantedBotToken',
  SLACK_SIGNING_SECRET: 'c0ffee5516n1n65ec2e7c0ffee551661',
  PAGING_WEBHOOK_URL: `https://paging.example/services/${WEBHOOK_PART}`,
  HEARTBEAT_URL: 'https://heartbeat.example/3f1c9a52-planted-heartbeat',
  S3_BUCKET: 'planted-bucket',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'plantedaccesskey01',
  AWS_SECRET_ACCESS_KEY: 'Pl4nt3dS3cr3t+Acc3ss/K3y0123456789abcdef',
  AWS_SESSION_TOKEN: 'PlantedSessionToken0123456789',
  S3_PRUNE_ACCESS_KEY_ID: 'plantedprunekey02',
  S3_PRUNE_SECRET_ACCESS_KEY: 'Pl4nt3dPrun3+S3cr3t/K3y0123456789abcdef0',
  DRILL_DATABASE_URL: 'postgresql://driller:drill-planted-pw@127.0.0.1:1/staging',
  PGPASSWORD: 'pgpassword-planted',
} as const;

const IDENTITY = 'AGE-SECRET-KEY-1PLANTEDQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ';
export const IDENTITY_FILE = `# made for a test\n${IDENTITY}\n`;

/** Every configured value that must not be seen. */
const CONFIGURED = [
  PASSWORD,
  ...Object.entries(SECRET_SETTINGS).flatMap(([name, value]) =>
    /S3_BUCKET|S3_ENDPOINT|DRILL/.test(name) ? [] : [value],
  ),
  'drill-planted-pw',
  WEBHOOK_PART,
  '3f1c9a52-planted-heartbeat',
  IDENTITY,
];

const base64 = (text: string) => Buffer.from(text).toString('base64');
const percent = (text: string) => encodeURIComponent(text);
const json = (text: string) => JSON.stringify(text).slice(1, -1);

/** An instance of each pattern: the text, and what of it is the secret. */
const SAMPLES: Readonly<Record<string, readonly [text: string, secret: string]>> = {
  'A private key in PEM, and what is left of one whose beginning is missing': [
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEplantedkeyline0123456789\n-----END RSA PRIVATE KEY-----',
    'MIIEplantedkeyline0123456789',
  ],
  'What stands before the host in an address': ['amqp://mq:s4mple-pw-a@mq.internal/x', 's4mple-pw-a'],
  'The same, percent-encoded': ['to=amqp%3A%2F%2Fmq%3As4mple-pw-b%40mq.internal', 's4mple-pw-b'],
  'What follows “Bearer” or “Basic”': [
    `sent Bearer s4mple.bearer-c and Basic ${base64('x:s4mple-basic')}`,
    's4mple.bearer-c',
  ],
  'A value beside a name that says what it is, such as password, token, api_key, cookie or session: in JSON, in a query, in settings':
    ['{"db_password":"s4mple \\" pw-d"} ?api_key=s4mple-pw-e SESSION: s4mple-pw-e2', 's4mple-pw-e'],
  'All of a header Authorization, Proxy-Authorization, Cookie or Set-Cookie': [
    'Cookie: theme=dark; connect.sid=s4mple-cookie',
    's4mple-cookie',
  ],
  'The same in an address: ?token=…, &sig=…': ['GET /blob?sv=1&sig=s4mple-sig&se=2', 's4mple-sig'],
  'A variable whose name ends in _KEY, _PASS, _AUTH or the like': ['HMAC_KEY=s4mple-key', 's4mple-key'],
  'What is given as auth, jwt, otp or pin: in quotes or behind an equals sign': [
    '{"auth":"s4mple-auth"}',
    's4mple-auth',
  ],
  'A password given to curl, redis-cli, mysql or Redis: -u name:hunter2, -a, -p, AUTH': [
    'curl -u admin:s4mple-curl http://x',
    's4mple-curl',
  ],
  'The same in XML': ['<db:password>s4mple-pw-f</db:password>', 's4mple-pw-f'],
  'The same as an option of a program: --db-password hunter2': ['run --db-password s4mple-pw-g now', 's4mple-pw-g'],
  'A password in SQL: PASSWORD or IDENTIFIED BY, and a text': ["ALTER ROLE x PASSWORD 's4mple pw-h'", 's4mple pw-h'],
  'A password’s hash: bcrypt, Argon2, PostgreSQL’s SCRAM and md5': [
    `hash $2b$10$${'s4mpleHash'.repeat(6).slice(0, 53)} end`,
    's4mpleHashs4mpleHash',
  ],
  'A webhook of Slack': ['post to https://hooks.slack.com/services/T1/B2/s4mplehook', 's4mplehook'],
  'A token of Slack': ['with xoxp-99999999-s4mpletoken', 's4mpletoken'],
  'A key or token of GitHub, GitLab, npm, Stripe, SendGrid, Google, or one that begins with sk-': [
    'clone with ghp_s4mple0123456789abcdef',
    's4mple0123456789abcdef',
  ],
  'A key’s id of Amazon': ['with AKIAS4MPLE0123456789', 'AKIAS4MPLE0123456789'],
  'A private key of age': ['AGE-SECRET-KEY-1S4MPLE0123456789', 'S4MPLE0123456789'],
  'A JSON Web Token': ['jwt eyJhbGciOi.s4mplejwt.c2ln', 's4mplejwt'],
};

const SAMPLED = SECRET_PATTERNS.map(({ what }) => {
  const sample = SAMPLES[what];
  if (!sample) throw new Error(`no sample of: ${what}`);
  return sample;
});

/** Rows’ contents, as PostgreSQL’s errors tell them. */
const DETAILS = [
  'ERROR:  duplicate key\nDETAIL:  Key (email)=(planted-detail@example.com) already exists.',
  '{"code":"23505","detail":"Key (email)=(planted-detail@example.com) exists","where":"planted-where"}',
  "hint: 'planted-hint'",
  "parameters: $1 = 'planted-parameter'",
];

/** All of it, as foreign text holds it, around a word by which the place is known. */
export function plant(marker: string): string {
  return [
    marker,
    ...CONFIGURED.flatMap((value) => [
      `raw ${value} end`,
      `encoded ${percent(value)} in JSON ${json(value)} Authorization ${base64(`capops:${value}`)} end`,
    ]),
    ...SAMPLED.map(([text]) => text),
    ...DETAILS,
  ].join('\n');
}

/** What of it is still there. */
export function foundIn(text: string): string[] {
  const configured = CONFIGURED.flatMap((value) => [value, percent(value), json(value), base64(`capops:${value}`)]);
  const details = ['planted-detail', 'planted-where', 'planted-hint', 'planted-parameter'];
  const samples = [...SAMPLED.map(([, secret]) => secret), base64('x:s4mple-basic'), 's4mple-pw-e2'];
  return [...configured, ...samples, ...details].filter((secret) => text.includes(secret));
}
