import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder, start, type Running } from './process.ts';
import { programOf } from './programs.ts';

/**
 * Runs nginx in the foreground with this configuration inside `http { … }`. It writes only to its
 * own folder.
 */
export async function startNginx(
  http: string,
  ports: readonly number[],
  { nchan = false, workers = 1 } = {},
): Promise<Running> {
  const folder = newFolder();
  mkdirSync(path.join(folder, 'tmp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const module = nchan ? `load_module ${programOf('nchan')};` : '';
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `${module}
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes ${workers};
pid nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path tmp/${name};`).join('\n  ')}
  ${http}
}
`,
  );
  return start(programOf('nginx'), ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'error.log'], {
    folder,
    ports,
  });
}
