/** A point in time and the zone in which its day is meant. */
export interface Moment {
  readonly now: Date;
  /** IANA name. */
  readonly timeZone: string;
}
