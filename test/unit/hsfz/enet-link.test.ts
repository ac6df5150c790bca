import { describe, expect, it } from 'vitest';
import { createLink } from '../../../src/transport/index.ts';

describe('enet: links', () => {
  it('lead straight to a host, on 6801 unless told otherwise', async () => {
    expect(await createLink('enet://169.254.12.34')).toMatchObject({
      description: 'ENET 169.254.12.34:6801',
      portName: '169.254.12.34:6801',
      capabilities: { functionalAddressing: true, keepAliveDuringRequest: true, writesProven: true },
      adapter: { kind: 'ENET' },
    });
    expect(await createLink('enet://127.0.0.1:50160?control=50161&tester=f5')).toMatchObject({ portName: '127.0.0.1:50160' });
    expect(await createLink('enet://[::1]:6801')).toMatchObject({ portName: '[::1]:6801' });
  });

  it('do not pretend to know terminal 15 where there is no control port', async () => {
    expect(await (await createLink('enet://127.0.0.1:50160')).ignition()).toBe('unknown');
  });

  it.each([
    ['enet://127.0.0.1?contrl=6811', 'contrl'],
    ['enet://127.0.0.1?control=0', 'control port'],
    ['enet://127.0.0.1?control=99999', 'control port'],
    ['enet://127.0.0.1?tester=4', 'tester address'],
    ['enet://127.0.0.1/60', '/60'],
    ['enet:169.254.1.1', '169.254.1.1'],
    ['enet://127.0.0.1/%ZZ', '%ZZ'],
  ])('%s is refused, naming what is wrong', async (text, named) => {
    await expect(createLink(text)).rejects.toMatchObject({
      code: 'usage.link',
      exit: 2,
      message: expect.stringContaining(named),
      hint: expect.any(String),
    });
  });
});
