/** An access as a review looks at it. */
export interface ReviewedAccess {
  readonly organisationId: string;
  readonly code: string;
  readonly name: string;
  readonly moduleKey: string;
  /** Null: no end. */
  readonly validUntil: Date | null;
  /** The last change of it on record, and whose it was. */
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
  /** When somebody last looked at it and kept it. */
  readonly keptAt: Date | null;
}

/** What a review asks about, in parts that a person can work through. */
export interface ReviewChoice<A> {
  /** Organisations in each part, each with its accesses. */
  readonly parts: readonly (readonly (readonly A[])[])[];
  /** Organisations that are not asked about. */
  readonly leftOut: number;
}

/** So many get their buttons into one message: 25 is the most, three each. */
export const ORGANISATIONS_A_PART = 8;
/** More than that nobody works through in a week. */
export const MOST_ORGANISATIONS = 200;

/**
 * Chooses the organisations that need looking at most: first those with an access that has no end, then by how long nobody
 * has kept or changed one of their accesses; within the same, by code.
 */
export function chooseForReview<A extends ReviewedAccess>(
  access: readonly A[],
  { most = MOST_ORGANISATIONS, aPart = ORGANISATIONS_A_PART } = {},
): ReviewChoice<A> {
  const organisations = [...Map.groupBy(access, ({ organisationId }) => organisationId).values()]
    .map((accesses) => ({ accesses, code: accesses[0]?.code ?? '', ...needOf(accesses) }))
    .sort(
      (a, b) => Number(b.hasNoEnd) - Number(a.hasNoEnd) || a.lookedAtMs - b.lookedAtMs || (a.code < b.code ? -1 : 1),
    );
  const chosen = organisations.slice(0, most).map(({ accesses }) => accesses);
  const parts = Array.from({ length: Math.ceil(chosen.length / aPart) }, (_, place) =>
    chosen.slice(place * aPart, (place + 1) * aPart),
  );
  return { parts, leftOut: organisations.length - chosen.length };
}

function needOf(accesses: readonly ReviewedAccess[]): { hasNoEnd: boolean; lookedAtMs: number } {
  const looked = accesses.map(({ keptAt, changedAt }) => Math.max(keptAt?.getTime() ?? 0, changedAt?.getTime() ?? 0));
  return { hasNoEnd: accesses.some(({ validUntil }) => validUntil === null), lookedAtMs: Math.min(...looked) };
}
