const longestEcho = 200;

/** An answer that shows it has read the question, in the question's language. */
export function answerTo(prompt: string): string {
  const echo = shortened(prompt.trim());
  return /\p{Script=Han}/u.test(prompt) ? inChinese(echo) : inEnglish(echo);
}

function inEnglish(echo: string): string {
  return `You asked: “${echo}” 🤔

I am a mock, so I know nothing about it. What I do know is how this answer reached you:

1. Your page sent one POST with the question as JSON.
2. The server kept the response open and wrote a few characters every \`interval\`.
3. ssekit took the bytes apart again, emoji and all 👩‍🚀, and your page typed them.

Press stop, and the request ends here and there. A paid answer is never asked for twice. ✨`;
}

function inChinese(echo: string): string {
  return `你问的是：“${echo}” 🤔

我只是个模拟服务，答不上来。但我清楚这段话是怎么到你眼前的：

1. 页面用一个 POST 把问题以 JSON 发了过来；
2. 服务器不关闭响应，每隔 \`interval\` 写几个字；
3. ssekit 把字节拆成事件，连 emoji 👩‍🚀 也不会拆坏，页面再逐字打出来。

点“停止”，两头的请求就都结束了。要付费的回答，绝不会偷偷再问一遍。✨`;
}

function shortened(text: string): string {
  const codePoints = Array.from(text);
  return codePoints.length <= longestEcho ? text : `${codePoints.slice(0, longestEcho).join('')}…`;
}
