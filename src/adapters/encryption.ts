import { Decrypter, Encrypter } from 'age-encryption';
import { UserError } from '../errors.ts';

// Loaded only where a key is configured or given.

/** Encrypts to public keys of age, as the `age` tool does. Rejects with a UserError for a key that is none. */
export async function encrypted(
  content: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    taken(() => encrypter.addRecipient(recipient), `“${recipient}” is no public key of age. One begins with age1.`);
  }
  return encrypter.encrypt(ReadableStream.from(content));
}

/** Decrypts with private keys of age. What was cut off or changed rejects; so does content that none of the keys opens. */
export async function decrypted(
  content: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  const decrypter = new Decrypter();
  for (const identity of identities) {
    // Says nothing of the key itself, and has no cause: that may.
    taken(() => decrypter.addIdentity(identity), 'This is no private key of age. One begins with AGE-SECRET-KEY-1.');
  }
  return decrypter.decrypt(ReadableStream.from(content));
}

function taken(add: () => void, message: string): void {
  try {
    add();
  } catch {
    throw new UserError(message);
  }
}
