import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes the floor's nginx configuration, nothing but a proxy with keepalive; gives its path. */
export function writeNginx(dir: string, port: number, gateways: number[]): string {
  const home = join(dir, 'nginx')
  mkdirSync(home, { recursive: true })
  const path = join(home, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path "${home}/${name}";`,
  )
  writeFileSync(
    path,
    `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile 65536;
pid "${home}/nginx.pid";
error_log "${home}/error.log" warn;
events {
  worker_connections 30000;
  multi_accept on;
}
http {
  ${temporary.join('\n  ')}
  access_log off;
  keepalive_requests 10000;
  upstream gateways {
    ${gateways.map((gateway) => `server 127.0.0.1:${gateway};`).join('\n    ')}
    keepalive 512;
    keepalive_requests 100000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://gateways;
    }
  }
}
`,
  )
  return path
}
