/** A container of one of the platform’s services. */
export interface ContainerSight {
  readonly id: string;
  /** Compose’s name of the service: `api-gateway`. */
  readonly service: string;
  /** `capacity-planner-api-gateway-1`. */
  readonly name: string;
  readonly image: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** By its own health check; undefined: it has none, or does not run. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | undefined;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  /** Undefined while it runs. */
  readonly exitCode: number | undefined;
  /** The kernel ended it, for want of memory. */
  readonly isOutOfMemory: boolean;
  /** How often Docker has started it again by itself. */
  readonly restarts: number;
  /** `0.0.0.0:3000->3000/tcp`. */
  readonly ports: readonly string[];
  /** The services that it needs, as compose’s file says; absent: none. */
  readonly dependsOn?: readonly string[];
}

/** A line that a container has written. */
export interface ContainerLine {
  readonly service: string;
  /** When Docker took it. */
  readonly at: Date;
  readonly isError: boolean;
  /** At most 16 KB of it. */
  readonly text: string;
}

export interface ContainerLogWish {
  readonly service: string;
  readonly since?: Date | undefined;
  /** So many of its newest lines at most. */
  readonly lines: number;
  /** Goes on with what is written from then on, until the signal aborts or its containers end. */
  readonly follow?: true;
  readonly signal: AbortSignal;
}

/**
 * The containers of the compose project and the services that the configuration names; no others are to be had. Each call rejects with a
 * ContainersError, within 4 s where Docker says nothing.
 */
export interface Containers {
  /** Those that have ended, too; the configured services in their order. */
  list(signal: AbortSignal): Promise<readonly ContainerSight[]>;
  /** Stops it, giving it 10 s to end by itself, and starts it. Resolves once it was started. */
  restart(id: string, signal: AbortSignal): Promise<void>;
  /**
   * Hands over its lines, the oldest first, and waits where `take` gives a promise. Lines of several containers come in the order of time;
   * while it follows, as they come. `isPartial`: there were as many as wished for, so there may be older ones.
   */
  readLog(wish: ContainerLogWish, take: (line: ContainerLine) => unknown): Promise<{ readonly isPartial: boolean }>;
}
