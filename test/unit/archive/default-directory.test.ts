import { describe, expect, it } from 'vitest';
import { defaultArchiveDirectory } from '../../../src/archive/index.ts';

describe('the default archive', () => {
  it.each([
    ['linux', { HOME: '/home/me' }, '/home/me/.local/share/kombi/archive'],
    ['linux', { HOME: '/home/me', XDG_DATA_HOME: '/data' }, '/data/kombi/archive'],
    ['linux', { HOME: '/home/me', XDG_DATA_HOME: 'data' }, '/home/me/.local/share/kombi/archive'],
    ['linux', { HOME: '/home/me', XDG_DATA_HOME: '' }, '/home/me/.local/share/kombi/archive'],
    ['darwin', { HOME: '/Users/me', XDG_DATA_HOME: '/data' }, '/Users/me/Library/Application Support/kombi/archive'],
    ['win32', { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' }, 'C:\\Users\\me\\AppData\\Local\\kombi\\archive'],
    ['win32', { USERPROFILE: 'C:\\Users\\me' }, 'C:\\Users\\me\\AppData\\Local\\kombi\\archive'],
  ] as const)('on %s with %j is %s', (platform, env, expected) => {
    expect(defaultArchiveDirectory(env, platform)).toBe(expected);
  });

  it.each(['linux', 'darwin', 'win32'] as const)('on %s without a home asks for one, exit 2', (platform) => {
    expect(() => defaultArchiveDirectory({}, platform)).toThrow(expect.objectContaining({ code: 'usage.archive', exit: 2 }));
  });
});
