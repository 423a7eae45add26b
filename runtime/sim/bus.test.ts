import { busContract } from '../bus.contract.ts';
import { World } from './world.ts';

busContract('sim bus', async () => {
  const world = new World({ seed: 1 });
  return {
    bus: world.bus,
    other: world.bus,
    until: async (what, done) => world.until(what, done),
    settle: async () => world.advance(10),
    close: async () => {},
  };
});
