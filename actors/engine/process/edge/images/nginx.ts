import { flag } from './program.ts';
import { runSite } from './site.ts';

runSite({
  program: 'nginx',
  server: 'nginx',
  port: Number(flag('orrery-port', '80')),
  root: '/usr/share/nginx/html',
  welcome: `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>This is Orrery's built-in stand-in for the nginx image: a process of its own that serves the files mounted at
/usr/share/nginx/html, or this page.</p>
</body>
</html>
`,
  logSuffix: ' "-"',
  started: '/docker-entrypoint.sh: Configuration complete; ready for start up',
});
