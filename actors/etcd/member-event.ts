/** What the log says of the members, beside what it says of the keys. */
export type MemberEvent =
  /** From here on `member` leads, in this term; its lease runs from each record of its own. */
  | { readonly type: 'lead'; readonly member: string; readonly term: number; readonly leaseMs: number }
  | { readonly type: 'heartbeat'; readonly member: string; readonly term: number }
  /** It leads no more, by its own will. `to`: who should be next; '': whoever is first. */
  | { readonly type: 'resign'; readonly member: string; readonly term: number; readonly to: string }
  /** `clientUrls`: where it serves etcd's own API. */
  | { readonly type: 'join'; readonly member: string; readonly clientUrls: readonly string[] }
  | { readonly type: 'leave'; readonly member: string }
  | {
      readonly type: 'alarm';
      readonly action: 'activate' | 'deactivate';
      readonly alarm: 'nospace' | 'corrupt';
      readonly member: string;
    };
