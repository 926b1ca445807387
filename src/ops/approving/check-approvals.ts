import { nearest } from '../../domain/nearest.ts';
import { StartError } from '../../errors.ts';
import type { Settings } from '../../ports.ts';
import type { Operation } from '../service/operation.ts';

/** Deciding cannot itself wait for a decision. */
const DECIDES = new Set(['approve', 'deny']);

const BY_ITSELF = 'CapOps does it by itself every few minutes, so nobody can be asked each time.';

/** Throws StartError, with every fault, unless each approval in capops.yml stands by an operation that can wait for one. */
export function checkApprovals({ policy }: Settings, operations: readonly Operation[]): void {
  const faults = Object.keys(policy?.approvals ?? {}).flatMap((name) => {
    const fault = policy?.byItself?.includes(name) ? BY_ITSELF : faultOf(name, operations);
    return fault ? [`- approvals, ${name}: ${fault}`] : [];
  });
  if (faults.length > 0)
    throw new StartError(['capops.yml asks for approvals that cannot be given:', ...faults].join('\n'));
}

function faultOf(name: string, operations: readonly Operation[]): string | undefined {
  const names = operations.filter((one) => one.effect === 'changes' && !DECIDES.has(one.name)).map((one) => one.name);
  if (names.includes(name)) return undefined;
  const operation = operations.find((one) => one.name === name);
  if (operation?.effect === 'reads') return 'it changes nothing, so nobody has to approve it.';
  if (operation) return 'it is how people decide, so it cannot wait for a decision.';
  const meant = nearest(name, names);
  return `there is no operation “${name}” that changes anything. ${meant ? `Did you mean ${meant}?` : `Allowed: ${names.join(', ')}.`}`;
}
