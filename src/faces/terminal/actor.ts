import { hostname, userInfo } from 'node:os';
import type { Actor } from '../../ports.ts';

/** Whoever runs the process, as the operating system knows them. `sudoUser` is what sudo says, and is mentioned only. */
export function terminalActor(sudoUser: string | undefined): Actor {
  const osUser = osUserName();
  const name = sudoUser && sudoUser !== osUser ? `${osUser} (sudo by ${sudoUser})` : osUser;
  return { id: `cli:${osUser}@${hostname()}`, name, face: 'terminal', osUser };
}

/** In a container the user id may have no name. */
function osUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
