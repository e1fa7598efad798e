/**
 * The servers in other languages and frameworks: how each starts, from Debian's packages or from
 * those of npm/package.json.
 */
import { createRequire } from 'node:module';
import { packagedPython as python } from './debian.ts';

export interface LanguageServer {
  /** Its row in docs/servers.md. */
  readonly name: string;
  /** Its folder in tests/servers, and its main file. */
  readonly file: readonly [folder: string, file: string];
  readonly packages: readonly string[];
  /** Prints the versions of the row, in this order. */
  readonly versions: readonly string[];
  /** Whether its folder gets the modules of npm/package.json. */
  readonly usesNpm?: boolean;
  /** What it sends as `[DONE]`. */
  readonly done?: string;
  /** Runs once before it starts. */
  readonly build?: readonly string[];
  readonly command: (port: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The same server with compression, and what compresses. */
  readonly compressed?: readonly [by: string, command: (port: number) => readonly string[]];
}

const pythonVersions = (...modules: readonly string[]) => [
  python,
  '-c',
  `from importlib.metadata import version\nfor name in ${JSON.stringify(modules)}: print(version(name))`,
];

const uvicorn = (app: string) => (port: number) => [
  ...[python, '-m', 'uvicorn', '--log-level', 'warning', '--port', String(port), `${app}:app`],
];

const gunicorn =
  (app: string, ...args: readonly string[]) =>
  (port: number) => [
    ...[python, '-m', 'gunicorn', '--log-level', 'warning', '--bind', `127.0.0.1:${port}`],
    ...[...args, `${app}:app`],
  ];

/** A stream occupies a thread, so there are more threads than streams. */
const threads = ['--worker-class', 'gthread', '--threads', '20'];

const puma = (file: string) => (port: number) => [
  ...['puma', '--threads', '20:20', '--bind', `tcp://127.0.0.1:${port}`, '--environment', 'production', file],
];

/** A server on Node. */
const onNode = (
  name: string,
  file: readonly [folder: string, file: string],
  modules: readonly string[],
  loader: readonly string[] = [],
): LanguageServer => ({
  name,
  file,
  packages: [],
  usesNpm: true,
  versions: [
    process.execPath,
    '-e',
    `for (const name of ${JSON.stringify(modules)}) console.log(JSON.parse(fs.readFileSync('node_modules/' + name + '/package.json')).version)`,
  ],
  command: () => [process.execPath, ...loader, file[1]],
});

const tsx = createRequire(import.meta.url).resolve('tsx');

export const languageServers: readonly LanguageServer[] = [
  {
    name: 'Go, `net/http`',
    file: ['go', 'server.go'],
    packages: ['golang-go'],
    versions: ['go', 'version'],
    build: ['go', 'build', '-o', 'server', 'server.go'],
    command: () => ['./server'],
  },
  {
    name: 'FastAPI, Starlette, uvicorn',
    file: ['fastapi', 'server.py'],
    packages: ['python3-fastapi', 'python3-uvicorn'],
    versions: pythonVersions('fastapi', 'starlette', 'uvicorn'),
    command: uvicorn('server'),
    compressed: ['`GZipMiddleware`', uvicorn('compressed')],
  },
  {
    name: 'aiohttp',
    file: ['aiohttp', 'server.py'],
    packages: ['python3-aiohttp'],
    versions: pythonVersions('aiohttp'),
    command: () => [python, 'server.py'],
    compressed: ['`enable_compression`', () => [python, 'compressed.py']],
  },
  {
    name: 'Flask, gunicorn with threads',
    file: ['flask', 'server.py'],
    packages: ['python3-flask', 'gunicorn'],
    versions: pythonVersions('flask', 'gunicorn'),
    command: gunicorn('server', ...threads),
  },
  {
    name: 'Flask, gunicorn with gevent',
    file: ['flask', 'server.py'],
    packages: ['python3-flask', 'gunicorn', 'python3-gevent'],
    versions: pythonVersions('flask', 'gunicorn', 'gevent'),
    command: gunicorn('server', '--worker-class', 'gevent'),
  },
  {
    name: 'Django, gunicorn with threads',
    file: ['django', 'server.py'],
    packages: ['python3-django', 'gunicorn'],
    versions: pythonVersions('django', 'gunicorn'),
    command: gunicorn('server', ...threads),
    compressed: ['`GZipMiddleware`', gunicorn('compressed', ...threads)],
  },
  {
    name: 'PHP, its own server',
    file: ['php', 'server.php'],
    packages: ['php-cli'],
    versions: ['php', '-r', 'echo PHP_VERSION;'],
    command: (port) => ['php', '-S', `127.0.0.1:${port}`, 'server.php'],
    env: { PHP_CLI_SERVER_WORKERS: '20' },
    compressed: [
      '`zlib.output_compression`',
      (port) => ['php', '-d', 'zlib.output_compression=On', '-S', `127.0.0.1:${port}`, 'server.php'],
    ],
  },
  {
    name: 'PHP-FPM, nginx',
    file: ['php', 'server.php'],
    packages: ['php-fpm', 'nginx'],
    versions: ['sh', '-c', '$(ls /usr/sbin/php-fpm* | head -1) -v | head -1; /usr/sbin/nginx -v'],
    command: (port) => ['sh', 'fpm.sh', String(port)],
  },
  {
    name: 'Sinatra, Puma',
    file: ['sinatra', 'server.rb'],
    packages: ['ruby-sinatra', 'puma'],
    versions: [
      'ruby',
      '-e',
      'require "sinatra/base"; require "puma"; puts Sinatra::VERSION, Puma::Const::VERSION',
    ],
    command: puma('config.ru'),
    compressed: ['`Rack::Deflater`', puma('compressed.ru')],
  },
  {
    name: 'Mojolicious',
    file: ['mojolicious', 'server.pl'],
    packages: ['libmojolicious-perl'],
    versions: ['perl', '-MMojolicious', '-e', 'print Mojolicious->VERSION'],
    command: (port) => ['perl', 'server.pl', 'daemon', '--listen', `http://127.0.0.1:${port}`],
    env: { MOJO_LOG_LEVEL: 'error' },
  },
  {
    name: 'Java, `HttpServer`',
    file: ['java', 'Server.java'],
    packages: ['default-jdk-headless'],
    versions: ['java', '--version'],
    command: () => ['java', 'Server.java'],
  },
  onNode('NestJS, `@Sse`', ['nestjs', 'server.ts'], ['@nestjs/core'], ['--import', tsx]),
  {
    ...onNode('Koa', ['koa', 'server.js'], ['koa']),
    compressed: ['`koa-compress`', () => [process.execPath, 'compressed.js']],
  },
  onNode('h3, `createEventStream`', ['h3', 'server.js'], ['h3']),
  {
    ...onNode('Fastify, `@fastify/sse`', ['fastify', 'server.js'], ['@fastify/sse', 'fastify']),
    done: '"[DONE]"',
  },
];
