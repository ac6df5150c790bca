/**
 * hsfz: the car's gateway as ENET clients see it. `server.ts` listens; `connection.ts` is the protocol, fed with bytes
 * and free of sockets. Written from public captures and clients, apart from `transport/enet`.
 */
export * from './connection.ts';
export * from './server.ts';
