/**
 * doip: the car's gateway as DoIP clients see it. `server.ts` listens; `connection.ts` is the protocol, fed with bytes
 * and free of sockets. Written from the standard and public clients, apart from `transport/doip`.
 */
export * from './answer-datagram.ts';
export * from './connection.ts';
export * from './server.ts';
