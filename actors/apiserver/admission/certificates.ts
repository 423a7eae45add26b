//! CertificateSubjectRestriction: nobody asks for a certificate that speaks for the cluster's masters.

import { subjectOf } from '../../api/certificate-request.ts';
import { get, textOf } from '../../api/json.ts';
import { isOf } from './attributes.ts';
import { done, forbid, type Plugin } from './plugin.ts';

const GROUP = 'certificates.k8s.io';
const REQUESTS = 'certificatesigningrequests';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

export const certificateSubjectRestriction: Plugin = {
  name: 'CertificateSubjectRestriction',
  handles: (a) =>
    a.operation === 'CREATE' && isOf(a, GROUP, REQUESTS) && get(a.object, 'spec', 'signerName') === CLIENT_SIGNER,
  *validate(_, a) {
    const subject = subjectOf(textOf(get(a.object, 'spec', 'request')));
    if (subject?.organizations.includes(MASTERS))
      return forbid(a, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
    return yield* done(undefined);
  },
};
