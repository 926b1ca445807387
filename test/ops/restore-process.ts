import { said } from './desk.ts';
import { openTerminal, type Workplace } from './restore-terminal.ts';

/** What a process of its own does in the terminal’s way, and on what. */
export interface Task extends Workplace {
  readonly command: string;
}

const { command, ...workplace } = JSON.parse(process.argv[2] ?? '') as Task;
const terminal = await openTerminal(workplace);
process.stdout.write(said(await terminal.types(command)));
await terminal.close();
