const maxEcho = 200;

/** An answer that quotes the question, in the question's language. */
export function answerTo(prompt: string): string {
  const echo = shortened(prompt.trim());
  return /\p{Script=Han}/u.test(prompt) ? inChinese(echo) : inEnglish(echo);
}

function inEnglish(echo: string): string {
  return `You asked: “${echo}” 🤔

I’m a mock, so I know nothing about it. But I know how this answer reached you:

1. Your page sent one POST with the question as JSON.
2. The server kept the response open and wrote a few characters every \`interval\`.
3. ssekit turned the bytes back into events, emoji and all 👩‍🚀, and your page typed them.

Press Stop, and the request ends on both sides. A paid answer is never requested twice. ✨`;
}

function inChinese(echo: string): string {
  return `你问的是：“${echo}” 🤔

我只是个模拟服务，答不上来。但我知道这段话是怎么传到你眼前的：

1. 页面用一个 POST 把问题以 JSON 发了过来；
2. 服务器不关闭响应，每隔 \`interval\` 写几个字；
3. ssekit 把字节拆成事件，连 emoji 👩‍🚀 也不会拆坏，页面再逐字打出来。

点“停止”，两边的请求都会结束。付费的回答不会重复请求。✨`;
}

function shortened(text: string): string {
  const codePoints = Array.from(text);
  return codePoints.length <= maxEcho ? text : `${codePoints.slice(0, maxEcho).join('')}…`;
}
