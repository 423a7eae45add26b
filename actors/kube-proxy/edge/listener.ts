//! What a dataplane keeps for each address that it serves.
export interface Listener {
  /** The pods behind it have changed. */
  update(): void;
  /** No more connections; established ones end too when asked. */
  close(connections: boolean): void;
}
export interface ListenerEvents {
  readonly listening: () => void;
  readonly failed: (error: NodeJS.ErrnoException) => void;
}
