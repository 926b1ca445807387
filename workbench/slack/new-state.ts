import { type Channel, directChannel, type Person, type State } from './state.ts';

const people = [
  ['U0ADA', 'ada', 'Ada Lindqvist', 'admin'],
  ['U0OMAR', 'omar', 'Omar Haddad', 'operator'],
  ['U0VERA', 'vera', 'Vera Novak', 'viewer'],
  ['U0NILS', 'nils', 'Nils Berg', 'nobody'],
  ['U0GUEST', 'gwen', 'Gwen Ortiz', 'guest'],
  ['U0GONE', 'gus', 'Gus Amsel', 'deactivated'],
] as const;

const byId = <T extends { id: string }>(things: T[]) => new Map(things.map((thing) => [thing.id, thing]));

/** A workspace in which nothing has happened yet. */
export function newState(): State {
  const members: Person[] = people.map(([id, handle, name, role]) => {
    return { id, handle, name, role, guest: role === 'guest', deactivated: role === 'deactivated' };
  });
  const direct = members.map((person) => ({ id: directChannel(person.id), name: 'directmessage', person: person.id }));
  const rooms = [
    { id: 'C0OPS', name: 'ops' },
    { id: 'C0RANDOM', name: 'random' },
  ];
  return {
    people: byId(members),
    channels: byId<Channel>([...rooms, ...direct]),
    groups: byId([{ id: 'S0OPS', handle: 'operators', name: 'Operators', people: [], updated: 0, disabledAt: 0 }]),
    messages: new Map(),
    modals: new Map(),
    homes: new Map(),
    files: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    readMarks: new Map(),
    deliveries: [],
    calls: [],
    accepted: { message: 0, view: 0, options: 0 },
    refused: [],
    version: 0,
    lastTs: 0,
  };
}
