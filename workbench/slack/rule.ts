/** Takes a value and its JSON pointer, and returns complaints in Slack's words; none means that Slack takes it. */
export type Rule = (value: unknown, path: string) => string[];

/** Rules by property; a property that ends in `!` has to be there. */
export type Shape = Record<string, Rule>;

export function complain(message: string, path: string): string[] {
  return [`[ERROR] ${message} [json-pointer:${path}]`];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function string(max: number, min = 1): Rule {
  return (value, path) => {
    if (typeof value !== 'string') return complain('must be a string', path);
    if (value.length > max) return complain(`must be less than ${max + 1} characters`, path);
    return value.length < min ? complain(`must be more than ${min - 1} characters`, path) : [];
  };
}

export function pattern(format: RegExp, words: string): Rule {
  return (value, path) => (typeof value === 'string' && format.test(value) ? [] : complain(`must be ${words}`, path));
}

export function oneOf(...allowed: unknown[]): Rule {
  return (value, path) => (allowed.includes(value) ? [] : complain(`must be one of: ${allowed.join(', ')}`, path));
}

export const flag: Rule = (value, path) => (typeof value === 'boolean' ? [] : complain('must be a boolean', path));

export function number(min: number, max: number): Rule {
  return (value, path) => {
    if (typeof value !== 'number' || Number.isNaN(value)) return complain('must be a number', path);
    if (value < min) return complain(`must be at least ${min}`, path);
    return value > max ? complain(`must be at most ${max}`, path) : [];
  };
}

export function list(max: number, item: Rule, min = 1): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) return complain('must be an array', path);
    if (value.length > max) return complain(`no more than ${max} items allowed`, path);
    if (value.length < min) return complain(`must have at least ${min} item${min > 1 ? 's' : ''}`, path);
    return value.flatMap((one, index) => item(one, `${path}/${index}`));
  };
}

/** Nothing but the properties of the shape, and `type`. */
export function object(shape: Shape): Rule {
  const known = new Set(['type', ...Object.keys(shape).map((key) => key.replace('!', ''))]);
  return (value, path) => {
    if (!isObject(value)) return complain('must be an object', path);
    const strangers = Object.keys(value).filter((name) => !known.has(name) && value[name] !== undefined);
    const complaints = Object.entries(shape).flatMap(([key, rule]) => {
      const name = key.replace('!', '');
      if (value[name] !== undefined) return rule(value[name], `${path}/${name}`);
      return name === key ? [] : complain(`missing required field: ${name}`, path);
    });
    return [...complaints, ...strangers.flatMap((name) => complain(`invalid additional property: ${name}`, path))];
  };
}

/** The rules of the type that the value names. */
export function typed(shapes: Record<string, Rule>): Rule {
  return (value, path) => {
    const type = isObject(value) ? String(value.type) : '';
    return shapes[type]?.(value, path) ?? complain(`unsupported type: ${type}`, `${path}/type`);
  };
}

/** Where the rule itself is kept: what is to hold between properties. The question gives the complaint, if any. */
export function also(rule: Rule, ask: (value: Record<string, unknown>) => string | false | undefined): Rule {
  return (value, path) => {
    const complaints = rule(value, path);
    const further = complaints.length === 0 && isObject(value) && ask(value);
    return further ? complain(further, path) : complaints;
  };
}

/** Exactly one of the properties has to be there. */
export function eitherOf(rule: Rule, ...names: string[]): Rule {
  return also(rule, (value) => {
    const given = names.filter((name) => value[name] !== undefined);
    return given.length !== 1 && `must have exactly one of: ${names.join(', ')}`;
  });
}
