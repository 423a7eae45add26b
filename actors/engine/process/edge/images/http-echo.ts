import { answer, flag, peer, say, serve } from './program.ts';

const text = flag('text', process.env['ECHO_TEXT'] ?? 'hello-world');
const port = Number(flag('listen', ':5678').split(':').at(-1));
const status = Number(flag('status-code', '200'));

serve(
  'http-echo',
  port,
  (request, response, url) => {
    if (url.pathname === '/health') return answer(response, 200, '{"status":"ok"}\n', 'application/json');
    response.setHeader('X-App-Name', 'http-echo');
    say(`${new Date().toISOString()} ${peer(request)} "${request.method} ${request.url}" ${status} ${text.length + 1}`);
    answer(response, status, `${text}\n`);
  },
  () => say(`[INFO] server is listening on :${port}`),
);
