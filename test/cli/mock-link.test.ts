import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();

describe('mock: links', () => {
  it.each([
    ['adapter=clone-1.5', /"adapter", which only a mock ELM327 takes/],
    ['link=doip&pace=real', /"pace", which only a mock serial port takes/],
    ['link=dcan&baud=115200', /"baud", which only a mock ELM327 takes/],
    ['baud=115200', /"baud", which only a mock ELM327 takes/],
    ['link=canbus', /"canbus" for link/],
    ['link=elm327&adapter=obdlink', /"obdlink" for adapter/],
    ['link=elm327&baud=fast', /"fast"/],
    ['link=elm327&pace=slow', /"slow" for pace/],
    ['vin=WBA', /"WBA" for vin/],
  ])('refuse %s', async (options, message) => {
    const run = await bench.run(['info', '--json', '--link', `mock:f06-sos?${options}`]);
    expect(run.exit).toBe(2);
    expect(jsonOf(run).error).toMatchObject({ code: 'usage.link', message: expect.stringMatching(message) });
  });

  it('inject several faults at once', async () => {
    const link = bench.link('fault=voltage:12.4', 'fault=ignition-off');
    expect(jsonOf(await bench.on(link, ['info', '--json'])).result).toMatchObject({ voltage: 12.4, ignition: 'off' });
  });

  it.each(['enet', 'doip', 'elm327', 'dcan'])('are another car of the same kind under another VIN, over %s', async (wire) => {
    const info = jsonOf(await bench.run(['info', '--json', '--link', `mock:f06-sos?vin=wbatestv1n0000042&link=${wire}`]));
    expect(info.result).toMatchObject({ vin: 'WBATESTV1N0000042', series: 'F06' });
  });

  it('take the line rate of the adapter', async () => {
    const read = jsonOf(
      await bench.on(bench.link('link=elm327', 'baud=115200', 'adapter=genuine-1.4b'), ['read', '60:3301.@25', '--json']),
    );
    expect(read.result.values[0].hex).toBe('FF');
  });

  it('run at a real pace where asked to, and read the same', async () => {
    const link = bench.link('link=elm327', 'baud=500000', 'pace=real');
    expect(jsonOf(await bench.on(link, ['read', '60:3010', '--json'])).result.values[0].hex).toHaveLength(14);
  }, 20_000);

  it('keep the car between commands, and start a fresh one without a state file', async () => {
    const fresh = jsonOf(await bench.run(['code', '60:3301.@25.3=0', '--dry-run', '--json', '--link', 'mock:f06-sos?link=elm327'])).result
      .plan;
    await bench.on('mock:f06-sos?link=elm327', ['code', '60:3301.@25.3=0', '--accept', fresh.id]);
    const again = jsonOf(await bench.run(['code', '60:3301.@25.3=0', '--dry-run', '--json', '--link', 'mock:f06-sos?link=elm327'])).result
      .plan;
    expect(again).toEqual(fresh);
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });
});
