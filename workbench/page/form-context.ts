import { createContext } from 'react';

/** What the inputs of a form know about the form: which one is first, and what is wrong by block. */
export type FormAround = { first: string | undefined; errors: Record<string, string> };

export const FormContext = createContext<FormAround>({ first: undefined, errors: {} });
