/// <reference types="miniprogram-api-typings" />
import { expectTypeOf, test } from 'vitest';
import type { MiniprogramRequest } from 'ssekit/miniprogram';

test("WeChat's own typings fit", () => {
  expectTypeOf<WechatMiniprogram.Wx['request']>().toExtend<MiniprogramRequest>();
});

test('other functions do not', () => {
  expectTypeOf<(url: string) => void>().not.toExtend<MiniprogramRequest>();
});
