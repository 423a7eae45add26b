//! DynamicResources: claims of devices.
import type { Plugin } from '../framework/plugin.ts';

export const dynamicResources = (): Plugin => ({
  name: 'DynamicResources',
  wakes: [],
  postFilter: () => ({ message: 'no new claims to deallocate' }),
});
