import { flag } from './program.ts';
import { runSite } from './site.ts';

runSite({
  program: 'httpd',
  server: 'Apache',
  port: Number(flag('orrery-port', '80')),
  root: '/usr/local/apache2/htdocs',
  welcome: '<html><body><h1>It works!</h1></body></html>\n',
  logSuffix: '',
  started: 'AH00094: Command line: httpd -D FOREGROUND',
});
