import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { KombiError, messageOf } from '../../core/index.ts';
import { decodeTrace, MAX_TRACE_BYTES, type Trace } from '../../recording/index.ts';
import { type LinkUri, refuseUnknownQuery } from '../link-uri.ts';
import type { Transport } from '../transport.ts';
import { createReplay } from './replay.ts';

/**
 * `replay:FILE`: a recorded session, as strict as it was.
 *
 * @throws {KombiError} `usage.link`, `usage.trace`, `trace.newer-format`
 */
export function createReplayLink(uri: LinkUri): Transport {
  refuseUnknownQuery(uri, []);
  const path = uri.host + uri.path;
  if (path === '') {
    throw new KombiError({ code: 'usage.link', message: `"${uri.text}" names no file`, hint: 'Such as replay:session.trace.' });
  }
  return createReplay(loadTrace(path), path);
}

/** @throws {KombiError} `usage.trace`, `trace.newer-format` */
export function loadTrace(path: string): Trace {
  return decodeTrace(loadRecording(path), path);
}

/**
 * The bytes of a recording, of whatever format; no more are read than any may have.
 *
 * @throws {KombiError} `usage.trace` where it cannot be read or is too large
 */
export function loadRecording(path: string): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error('it is no file');
    const { size } = stat;
    if (size > MAX_TRACE_BYTES) throw new Error(`it has ${size} bytes, and ${MAX_TRACE_BYTES} are the most`);
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new KombiError({
      code: 'usage.trace',
      message: `The recording ${path} cannot be read: ${messageOf(error)}`,
      hint: 'Name a file that --trace has recorded.',
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
