import type { NetworkMode, NetworkPlan, NodeAddresses } from './protocol.ts';

/** Slots in order of preference: 10.244.0.0/16 with services in 10.96.0.0/16, as kubeadm does, then downwards. */
export const SLOT_MAX = 244;
export const SLOT_MIN = 149;
const SERVICE_OFFSET = 148;
export const NODE_MAX = 253;

export const slots = (): readonly number[] => Array.from({ length: SLOT_MAX - SLOT_MIN + 1 }, (_, i) => SLOT_MAX - i);

/** The slot whose services have this address; undefined: none has. */
export function slotOfService(ip: string): number | undefined {
  const slot = Number(ip.split('.')[1]) + SERVICE_OFFSET;
  return isIpv4(ip) && slot >= SLOT_MIN && slot <= SLOT_MAX ? slot : undefined;
}

/** `firstPort`: the lowest that may be bound without root. */
export function planNetwork(mode: NetworkMode, slot: number, firstPort = 0): NetworkPlan {
  const first = mode === 'namespaces' ? 10 : 127;
  return {
    mode,
    slot,
    clusterCidr: `${first}.${slot}.0.0/16`,
    serviceCidr: `${first}.${slot - SERVICE_OFFSET}.0.0/16`,
    gatewayIp: `${first}.${slot}.0.1`,
    ...(mode === 'namespaces' ? { bridge: `orrery${slot}` } : {}),
    ...(firstPort === 0 || mode === 'namespaces' ? {} : { lowPorts: { below: firstPort, add: LOW_PORTS_ADD } }),
  };
}
const LOW_PORTS_ADD = 10_000;

export const boundPort = ({ clusterCidr, serviceCidr, lowPorts }: NetworkPlan, ip: string, port: number): number =>
  lowPorts !== undefined && port < lowPorts.below && (overlaps(clusterCidr, ip) || overlaps(serviceCidr, ip))
    ? port + lowPorts.add
    : port;

const prefix = (plan: NetworkPlan): string => plan.gatewayIp.split('.').slice(0, 2).join('.');

export const nodeAddresses = (plan: NetworkPlan, node: string, index: number): NodeAddresses => ({
  node,
  index,
  nodeIp: `${prefix(plan)}.0.${index + 1}`,
  podCidr: `${prefix(plan)}.${index}.0/24`,
});

export const ipNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
export const isIpv4 = (text: string): boolean =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
/** `10.96.0.7` in `10.96.0.0/16`; two ranges when the first is one as well. */
export function overlaps(range: string, other: string): boolean {
  const [a = '', bitsA = '32'] = range.split('/');
  const [b = '', bitsB = '32'] = other.split('/');
  const size = 2 ** (32 - Math.min(Number(bitsA), Number(bitsB)));
  return Math.floor(ipNumber(a) / size) === Math.floor(ipNumber(b) / size);
}
/** A slot whose ranges touch one of the machine's own ranges is not free. */
export const isFree = (plan: NetworkPlan, used: readonly string[]): boolean =>
  !used.some((range) => overlaps(plan.clusterCidr, range) || overlaps(plan.serviceCidr, range));

/** /proc/net/route: destinations and masks in little-endian hex. A default route is nobody's range. */
export const routesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length > 7 && fields[7] !== '00000000')
    .map((fields) => `${littleEndian(fields[1]!)}/${bits(fields[7]!)}`);
const littleEndian = (hex: string): string =>
  [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
const bits = (hex: string): number => Number.parseInt(hex, 16).toString(2).replaceAll('0', '').length;

/** Names in the kernel tell whose they are: slot, node, and the pod's number or uid. Links have at most 15 bytes. */
export const netnsName = (plan: NetworkPlan, index: number, podUid: string): string =>
  `orrery${plan.slot}-${index}-${podUid}`;
export const netnsPrefix = (plan: NetworkPlan, index?: number): string =>
  index === undefined ? `orrery${plan.slot}-` : `orrery${plan.slot}-${index}-`;
export const linkName = (plan: NetworkPlan, ip: string): string => `o${plan.slot}-${ip.split('.').slice(2).join('-')}`;

// A MAC made of the address, as CNI's bridge does: a pod that gets a dead pod's address is found by neighbours at once.
const mac = (ip: string): string =>
  `0a:58:${ip
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;

/** Lines for `ip -batch`. A fixed MAC: else the bridge takes that of a pod and loses it with the pod. */
export const bridgeLines = (plan: NetworkPlan): readonly string[] => [
  `link add ${plan.bridge} address ${mac(plan.gatewayIp)} type bridge`,
  `addr add ${plan.gatewayIp}/16 dev ${plan.bridge}`,
  `link set ${plan.bridge} up`,
  // Nothing for a service leaves this machine, not even before its address is here.
  `route replace unreachable ${plan.serviceCidr}`,
];
export const bridgeRemovalLines = (plan: NetworkPlan): readonly string[] => [
  `link del ${plan.bridge}`,
  `route del unreachable ${plan.serviceCidr}`,
];
export const podLines = (plan: NetworkPlan, name: string, ip: string): readonly string[] => [
  `netns add ${name}`,
  `link add ${linkName(plan, ip)} type veth peer name eth0 address ${mac(ip)} netns ${name}`,
  `link set ${linkName(plan, ip)} master ${plan.bridge} up`,
];
/** The same for `ip -n <name> -batch`. */
export const podInsideLines = (plan: NetworkPlan, ip: string): readonly string[] => [
  'link set lo up',
  `addr add ${ip}/16 dev eth0`,
  'link set eth0 up',
  `route add default via ${plan.gatewayIp}`,
];
export const podRemovalLines = (plan: NetworkPlan, name: string, ip: string | undefined): readonly string[] => [
  ...(ip === undefined ? [] : [`link del ${linkName(plan, ip)}`]),
  `netns del ${name}`,
];
