import type { Translation } from '../translation.ts';

const en = {
  yours: 'Your stream',
  yoursAbout:
    'Connect to any event stream, watch it in the devtools, and copy the code. The example works with one click. A server of another origin must allow this page by CORS.',
  yoursForm: 'The request',
  yoursUrl: 'URL',
  yoursMethod: 'Method',
  yoursHeaders: 'Headers',
  yoursHeadersHint: 'One per line. Their values stay in this page: the code has placeholders.',
  yoursBody: 'Body (JSON)',
  yoursDecode: 'Decode',
  yoursConnect: 'Connect',
  yoursClose: 'Disconnect',
  yoursDevtools: 'Open the devtools',
  yoursIdle: 'Not connected yet.',
  yoursCount: (count: string) => `Events: ${count}`,
  yoursNoUrl: 'Enter a URL that starts with http: or https:, or a path of this site.',
  yoursCredentials: 'Browsers don’t send a user name or password in a URL. Use an Authorization header.',
  yoursBadLine: (line: number) => `Line ${line} isn’t a header. Write “Name: value”.`,
  yoursBadName: (name: string) => `“${name}” can’t be the name of a header.`,
  yoursBadValue: (name: string) => `The value of ${name} has characters that a header can’t carry.`,
  yoursBadBody: (why: string) => `This isn’t JSON: ${why}`,
  yoursNoBody: 'A GET request has no body. Choose POST, or empty this field.',
  yoursNative: 'Native EventSource sends no headers, no body and only GET. Choose auto or fetch.',
} as const;

const zh: Translation<typeof en> = {
  yours: '你的数据流',
  yoursAbout:
    '连接任意事件流，在开发者工具里查看，再把代码复制走。示例点一下就能连。跨域的服务器要通过 CORS 允许本页面访问。',
  yoursForm: '请求',
  yoursUrl: 'URL',
  yoursMethod: '方法',
  yoursHeaders: '请求头',
  yoursHeadersHint: '一行一个。值只留在本页面，代码里用占位符代替。',
  yoursBody: '请求体（JSON）',
  yoursDecode: '解码',
  yoursConnect: '连接',
  yoursClose: '断开',
  yoursDevtools: '打开开发者工具',
  yoursIdle: '还没有连接。',
  yoursCount: (count) => `事件：${count}`,
  yoursNoUrl: '请输入以 http: 或 https: 开头的 URL，或本站的路径。',
  yoursCredentials: '浏览器不会发送 URL 里的用户名和密码，请改用 Authorization 请求头。',
  yoursBadLine: (line) => `第 ${line} 行不是请求头，请写成“名称: 值”。`,
  yoursBadName: (name) => `“${name}”不能用作请求头的名称。`,
  yoursBadValue: (name) => `${name} 的值里有请求头不能携带的字符。`,
  yoursBadBody: (why) => `这不是 JSON：${why}`,
  yoursNoBody: 'GET 请求没有请求体。请改用 POST，或清空这一栏。',
  yoursNative: '原生 EventSource 只能用 GET，不能带请求头和请求体。请选 auto 或 fetch。',
};

export const yourStream = { en, zh };
