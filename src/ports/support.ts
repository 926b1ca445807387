/** What a file for the development team is made of besides what operations see anyway. */
export interface SupportDesk {
  /** Takes every configured secret out of a text, however it is written there: as it is, encoded, or escaped. */
  withoutConfigured(text: string): string;
  /** Each setting there is and what it is set to; secrets only as set or not, addresses without their user. */
  readonly settings: readonly (readonly [name: string, shown: string])[];
  /** capops.yml as it stands on the disk now, at most 256 KB of it; undefined: there is none. Rejects where it cannot be read. */
  policyFile(): Promise<{ readonly text: string; readonly hasChanged: boolean } | undefined>;
  /** What CapOps is and runs on: `Node`, `24.1.0`. What cannot be had is left out. */
  versions(signal: AbortSignal): Promise<readonly (readonly [name: string, version: string])[]>;
  /** A checkout’s newest commits, a line each, the newest first. Rejects with a CheckoutError where there are none to be had. */
  commits(wanted: {
    readonly folder: string;
    readonly count: number;
    readonly signal: AbortSignal;
  }): Promise<readonly string[]>;
}
