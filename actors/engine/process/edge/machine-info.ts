//! What this machine is: every node claims all of it, as nodes of a cluster in containers do.
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, release, totalmem, type } from 'node:os';
import type { NodeAddresses } from '../../../network/protocol.ts';
import type { EngineInfo } from '../../protocol.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export function engineInfo(addresses: NodeAddresses): EngineInfo {
  return {
    name: 'process',
    version: process.version.slice(1),
    cpuMilli: availableParallelism() * 1_000,
    memoryBytes: totalmem(),
    nodeIp: addresses.nodeIp,
    podCidr: addresses.podCidr,
    osImage: osImage(),
    kernelVersion: release(),
    architecture: ARCHITECTURES[arch()] ?? arch(),
  };
}
function osImage(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? type();
  } catch {
    return type();
  }
}
