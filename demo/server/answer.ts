const maxEcho = 200;

/**
 * An answer in Markdown that quotes the question, in the question's language.
 *
 * @param sent - How many messages the conversation has, with this question. More than one makes it a
 * follow-up.
 */
export function answerTo(prompt: string, sent = 1): string {
  const echo = shortened(prompt.trim());
  const isChinese = /\p{Script=Han}/u.test(prompt);
  if (sent > 1) return isChinese ? followUpInChinese(echo, sent) : followUpInEnglish(echo, sent);
  return isChinese ? inChinese(echo) : inEnglish(echo);
}

function inEnglish(echo: string): string {
  return `You asked: “${echo}” 🤔

I’m a mock, so I can’t look anything up. But I know how this answer reached you, emoji and all 👩‍🚀:

1. Your page sent **one POST** with the conversation as JSON.
2. The server kept the response open and wrote a few characters every \`interval\`.
3. ssekit turned the bytes back into events, and your page shows their text as Markdown.

The whole client fits on a card:

\`\`\`ts
const answer = fetchSse<Chunk>('/api/chat', {
  json: { messages },
  decode: 'json',
  until: '[DONE]',
});
for await (const { data } of answer) {
  show(data.choices[0]?.delta.content ?? '');
}
\`\`\`

### Why SSE?

| | SSE | WebSocket | Polling |
| --- | --- | --- | --- |
| First words | at once | at once | at the next poll |
| On the wire | plain HTTP | a protocol of its own | plain HTTP |
| To stop it | abort the request | send a message | nothing to stop |

Press *Stop*, and the request ends on both sides. A paid answer is never requested twice. ✨`;
}

function inChinese(echo: string): string {
  return `你问的是：“${echo}” 🤔

我只是个模拟服务，查不了资料。但我知道这段话是怎么传到你眼前的，连 emoji 👩‍🚀 也没拆坏：

1. 页面用**一个 POST** 把对话以 JSON 发了过来；
2. 服务器不关闭响应，每隔 \`interval\` 写几个字；
3. ssekit 把字节还原成事件，页面再把文字渲染成 Markdown。

客户端代码就这么几行：

\`\`\`ts
const answer = fetchSse<Chunk>('/api/chat', {
  json: { messages },
  decode: 'json',
  until: '[DONE]',
});
for await (const { data } of answer) {
  show(data.choices[0]?.delta.content ?? '');
}
\`\`\`

### 为什么用 SSE？

| | SSE | WebSocket | 轮询 |
| --- | --- | --- | --- |
| 第一个字 | 立刻 | 立刻 | 等下一次轮询 |
| 传输 | 普通 HTTP | 另一套协议 | 普通 HTTP |
| 怎么停 | 中止请求 | 发一条消息 | 无从停起 |

点*停止*，两边的请求都会结束。付费的回答不会重复请求。✨`;
}

function followUpInEnglish(echo: string, sent: number): string {
  return `You asked: “${echo}” 🤔

Like most chat APIs, I remember nothing. So your page sent the whole conversation again, **${sent} messages** this time. That’s why the prompt below costs more tokens with every question.

Try these next:

- **Stop** while I’m talking. What you’ve read stays.
- **Break it**: the connection is cut in the middle of a sentence. ssekit throws an error and doesn’t repeat the POST, because that would cost you another answer. *Try again* is your decision.
- **Devtools**, in the corner: every event of this answer, with its raw text. ✨`;
}

function followUpInChinese(echo: string, sent: number): string {
  return `你问的是：“${echo}” 🤔

和大多数对话接口一样，我什么也不记得。所以页面把整段对话又发了一遍，这次是 **${sent} 条消息**。下方的提示词 token 数越来越大，原因就在这里。

接下来可以试试：

- 在我说话时点**停止**：已经收到的文字会留下；
- 点**中途断线**：话说到一半连接就断了。ssekit 会抛出错误，但不会重发 POST，否则你要为另一份回答付费。要不要*重试*，由你决定；
- 打开右下角的**开发者工具**：这段回答的每个事件和原始文本都在里面。✨`;
}

function shortened(text: string): string {
  const codePoints = Array.from(text);
  return codePoints.length <= maxEcho ? text : `${codePoints.slice(0, maxEcho).join('')}…`;
}
