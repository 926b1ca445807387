/** How the terminal's command was started, as the environment has it. */
export interface Invocation {
  /** Where the person stood: relative paths start here. pnpm runs our own scripts in the project's root. */
  readonly folder: string;
  /** Who asked sudo, by sudo's own word. */
  readonly sudoUser: string | undefined;
  /** Whether the locale says that the terminal shows more than ASCII. */
  readonly isUtf8: boolean;
}

export function readInvocation({ env, cwd } = { env: process.env, cwd: process.cwd() }): Invocation {
  const isOurScript = env.npm_lifecycle_event?.startsWith('ops') ?? false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    folder: (isOurScript && env.INIT_CWD) || cwd,
    sudoUser: env.SUDO_USER,
    isUtf8: /utf-?8/i.test(locale),
  };
}
