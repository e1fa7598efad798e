import type { Translation } from '../translation.ts';

const en = {
  chat: 'Chat',
  chatAbout:
    'Ask a language model (a mock, so it’s free): one POST with fetchSse, and the answer streams in as Markdown. Stop it, break it, try again.',
  chatLog: 'Conversation',
  chatEmpty: 'Ask anything. Or start with one of these:',
  chatStarters: 'Questions to start with',
  chatStarterWhy: 'Why does streaming use SSE?',
  chatStarterCut: 'What if the connection breaks now?',
  chatQuestion: 'Your question',
  chatSend: 'Send',
  chatStop: 'Stop',
  chatNew: 'New chat',
  chatBreak: 'Break it',
  chatBreakWhat: 'Cuts the connection in the middle of the answer',
  chatWillBreak: 'The next answer breaks in the middle.',
  chatYou: 'You',
  chatModel: 'Answer',
  chatAnswering: 'Answering…',
  chatAnswered: 'Answered.',
  chatStopped: 'Stopped. The request has ended here and on the server.',
  chatFailed: 'The answer broke off.',
  chatNotRepeated: 'ssekit doesn’t repeat a POST by itself: a second answer would cost you twice.',
  chatRetry: 'Try again',
  chatHelp: 'What to do about it',
  chatUsage: (prompt: string, answer: string, seconds: string) =>
    `${prompt} tokens in, ${answer} tokens out, ${seconds} s`,
} as const;

const zh: Translation<typeof en> = {
  chat: '大模型对话',
  chatAbout:
    '向大模型提问（这里是模拟的，不花钱）：用 fetchSse 发一个 POST，回答以 Markdown 流式到达。可以停止、弄断、重试。',
  chatLog: '对话',
  chatEmpty: '随便问点什么，或从这里开始：',
  chatStarters: '推荐的问题',
  chatStarterWhy: '为什么流式输出用 SSE？',
  chatStarterCut: '现在断线会怎样？',
  chatQuestion: '你的问题',
  chatSend: '发送',
  chatStop: '停止',
  chatNew: '新对话',
  chatBreak: '中途断线',
  chatBreakWhat: '回答到一半时切断连接',
  chatWillBreak: '下一个回答会在中途断线。',
  chatYou: '你',
  chatModel: '回答',
  chatAnswering: '正在回答……',
  chatAnswered: '回答完了。',
  chatStopped: '已停止：页面和服务器两边的请求都结束了。',
  chatFailed: '回答中断了。',
  chatNotRepeated: 'ssekit 不会自动重发 POST，否则你要为第二份回答付费。',
  chatRetry: '重试',
  chatHelp: '怎么处理',
  chatUsage: (prompt, answer, seconds) => `输入 ${prompt} 个 token，输出 ${answer} 个，用时 ${seconds} 秒`,
};

export const chat = { en, zh };
