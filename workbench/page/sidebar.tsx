import type { PagePerson } from '../page-data.ts';
import type { Seen } from './server.ts';

type Props = { seen: Seen; person: string; room: string; go: (next: { person?: string; room?: string }) => void };

const ABLE: Record<string, string> = {
  admin: 'may do everything',
  operator: 'may change access',
  viewer: 'may look',
  nobody: 'has no role',
  guest: 'guest of the workspace',
  deactivated: 'account closed',
};

/** Channels, the app, and the switch between people. */
export function Sidebar({ seen, person, room, go }: Props) {
  const rooms = seen.channels.filter((channel) => !channel.direct);
  const direct = seen.channels.find((channel) => channel.direct);
  const entry = (id: string, label: React.ReactNode, unread = 0) => (
    <button
      type="button"
      className="entry"
      aria-current={id === room ? 'page' : undefined}
      onClick={() => go({ room: id })}
    >
      {label}
      {unread > 0 && id !== room ? (
        <span className="unread">
          {unread}
          <span className="unseen"> unread</span>
        </span>
      ) : null}
    </button>
  );
  return (
    <nav className="sidebar" aria-label="Workspace">
      <header>
        <strong>CapaCity Planner</strong>
        <span className="note">local Slack</span>
      </header>
      <h2>Channels</h2>
      {rooms.map((channel) => (
        <div key={channel.id}>{entry(channel.id, <Named sign="#" name={channel.name} />, channel.unread)}</div>
      ))}
      <h2>App</h2>
      {direct ? entry(direct.id, <Named sign={<Logo />} name="CapOps" />, direct.unread) : null}
      {entry('home', <Named sign="⌂" name="Home tab" />)}
      <h2 id="act-as">Act as</h2>
      <ul aria-labelledby="act-as">
        {seen.people.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="entry who"
              aria-pressed={one.id === person}
              onClick={() => go({ person: one.id })}
            >
              <Avatar person={one} />
              <span>
                {one.name}
                <span className="note">
                  {one.role}
                  {ABLE[one.role] ? ` · ${ABLE[one.role]}` : ''}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Named({ sign, name }: { sign: React.ReactNode; name: string }) {
  return (
    <>
      <span className="sign" aria-hidden="true">
        {sign}
      </span>
      {name}
    </>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="logo" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1f4e79" />
      <path d="M6 20.5 26 11l-6 14-4-6z" fill="#fff" />
    </svg>
  );
}

const HUES: Record<string, number> = { U0ADA: 268, U0OMAR: 152, U0VERA: 24, U0NILS: 208, U0GUEST: 330, U0GONE: 60 };

export function Avatar({ person }: { person: PagePerson }) {
  const initials = person.name.split(' ').map((word) => word[0]);
  return (
    <span className="avatar" aria-hidden="true" style={{ background: `hsl(${HUES[person.id] ?? 200} 38% 42%)` }}>
      {initials}
    </span>
  );
}
