/** e-series: cars of the generation before UDS, asked in KWP2000 and in the few DIDs that one recorded car has shown. */
export * from './kwp-way.ts';
