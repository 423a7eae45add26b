//! How aggregated API servers know that it is this server which names a user: they read it in a ConfigMap.

import type { Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { ensure } from '../bootstrap.ts';
import type { Engine } from '../verbs/engine.ts';

/** The cluster's CA signs users too: only this name may speak for others. */
export const PROXY_NAME = 'front-proxy-client';

/** extension-apiserver-authentication (pkg/controlplane/controller/clusterauthenticationtrust). `authority`: PEM. */
export const ensureTrust = (engine: Engine, id: string, authority: string): Task<Result<void>> =>
  ensure(engine, id, [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
      data: {
        'client-ca-file': authority,
        'requestheader-allowed-names': JSON.stringify([PROXY_NAME]),
        'requestheader-client-ca-file': authority,
        'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
        'requestheader-group-headers': '["X-Remote-Group"]',
        'requestheader-uid-headers': '["X-Remote-Uid"]',
        'requestheader-username-headers': '["X-Remote-User"]',
      },
    },
  ]);
