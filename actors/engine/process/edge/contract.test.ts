//! The contract of every engine, over both networks.
import { detectNetwork, openNetwork } from '../../../network/edge/open.ts';
import { engineContract } from '../../contract.ts';
import { promised, Rig } from './rig.ts';

const allowed = detectNetwork();
for (const mode of ['loopback', 'namespaces'] as const)
  engineContract(
    `process engine on ${mode}`,
    async () => {
      const rig = new Rig(mode === 'loopback' ? { isolate: false } : {});
      await rig.open((key, home) => promised((done) => openNetwork({ key, home, mode, firstPort: 1_024 }, done)));
      return {
        ask: (request) => rig.answer(request),
        exits: rig.exits,
        attach: () => rig.attach(),
        until: (_, look) => rig.until(look),
        logs: (id, options) => rig.logs(id, options),
        close: () => rig.close(),
      };
    },
    mode === 'namespaces' && allowed.missing !== undefined ? { skip: allowed.missing } : {},
  );
