/** Terminal 15, as far as it is told. `unknown` where nobody says: never taken for "off". */
export type Ignition = 'on' | 'off' | 'unknown';
