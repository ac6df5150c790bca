/**
 * Reads the reference recordings in the plainest way, by a parser that shares nothing with the product's: what a recording
 * says must not be what the product believes of it. It takes what these files hold, no more.
 */
export interface Recorded {
  readonly target: number;
  readonly functional: boolean;
  /** Hex. */
  readonly request: string;
  readonly answers: readonly { readonly source: number; readonly payload: string }[];
}

export function parseText(text: string): readonly Recorded[] {
  return text
    .split('\n')
    .map((line) => line.replace(/;.*/, ''))
    .filter((line) => line.includes(':'))
    .map((line) => {
      const [request = '', response = ''] = line.split(':').map((side) => Buffer.from(side.replace(/\s/g, ''), 'hex'));
      return exchange(Buffer.from(request).subarray(0, -1), Buffer.from(response));
    });
}

/** Of a .sim file only what has no open bytes. */
export function parseSim(text: string): readonly Recorded[] {
  const [, requests = '', responses = ''] = /\[REQUEST\]([^[]*)\[RESPONSE\]([\s\S]*)/.exec(text) ?? [];
  const rows = (part: string) =>
    new Map(
      [...part.matchAll(/^(\w+)=([0-9A-F,]+)\r?$/gm)].map(([, key = '', value = '']) => [
        key,
        Buffer.from(value.replaceAll(',', ''), 'hex'),
      ]),
    );
  const answers = rows(responses);
  return [...rows(requests)].flatMap(([key, request]) => {
    const answer = answers.get(key);
    return answer === undefined ? [] : [exchange(request, answer)];
  });
}

function exchange(request: Buffer, response: Buffer): Recorded {
  const answers: { source: number; payload: string }[] = [];
  for (let rest = response; rest.length > 0; ) {
    const { from, to } = bounds(rest);
    answers.push({ source: rest.readUInt8(2), payload: rest.subarray(from, to).toString('hex') });
    rest = rest.subarray(to + 1);
  }
  const { from, to } = bounds(request);
  return {
    target: request.readUInt8(1),
    functional: request.readUInt8(0) >= 0xc0,
    request: request.subarray(from, to).toString('hex'),
    answers,
  };
}

function bounds(telegram: Buffer): { readonly from: number; readonly to: number } {
  const inFormat = telegram.readUInt8(0) % 0x40;
  if (inFormat !== 0) return { from: 3, to: 3 + inFormat };
  const inByte = telegram.readUInt8(3);
  return inByte !== 0 ? { from: 4, to: 4 + inByte } : { from: 6, to: 6 + telegram.readUInt16BE(4) };
}
