//! The parts of Kubernetes' own test image that tests of networks and life cycles use.

import { netexec } from './netexec.ts';
import { answer, args, complain, flag, hostname, peer, say, serve } from './program.ts';

const [command = 'pause'] = args;
switch (command) {
  case 'netexec':
    netexec();
    break;
  case 'serve-hostname': {
    const port = Number(flag('port', '9376'));
    serve('serve-hostname', port, (request, response) => {
      say(`HTTP request from ${peer(request)}`);
      answer(response, 200, hostname);
    });
    break;
  }
  case 'liveness': {
    const started = process.hrtime.bigint();
    serve('liveness', 8080, (_request, response, url) => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      if (url.pathname === '/started') return answer(response, 200, `${seconds}s`);
      if (url.pathname !== '/healthz') return answer(response, 404, '404 page not found\n');
      if (seconds > 10) return answer(response, 500, `error: ${seconds}`);
      answer(response, 200, 'ok');
    });
    break;
  }
  default:
    complain(`agnhost: "${command}" is not built in: netexec, serve-hostname, liveness and pause are`);
    process.exit(1);
}
