/**
 * doip: ISO 13400 over TCP, as the gateways of newer BMWs speak it, with discovery over UDP. Like HSFZ in all that a
 * message needs; a connection has to be let through (routing activation) before it carries any. Cars that insist on TLS
 * are recognised and refused: the certificates are BMW's.
 */
export * from './discovery.ts';
export * from './doip-connection.ts';
export * from './doip-frame.ts';
export * from './doip-link.ts';
export * from './doip-transport.ts';
