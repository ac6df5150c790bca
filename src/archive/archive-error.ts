import { EXIT, KombiError, messageOf } from '../core/index.ts';
import { errnoOf } from './file-system.ts';

/**
 * A disk that refuses a write, as the archive tells it. The exit status is that of a car not yet touched; who had
 * already written to the car says so instead.
 */
export function writeError(path: string, cause: unknown): KombiError {
  if (cause instanceof KombiError) return cause;
  const errno = errnoOf(cause);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new KombiError({
      code: 'archive.disk-full',
      message: `The disk is full: ${path} could not be written`,
      exit: EXIT.refused,
      cause,
      hint: 'Make room, or choose another archive with --archive, then run the command again.',
    });
  }
  return new KombiError({
    code: 'archive.not-writable',
    message: `The archive cannot be written: ${path}: ${messageOf(cause)}`,
    exit: EXIT.refused,
    cause,
    hint: 'Check the permissions of the folder, or choose another archive with --archive.',
  });
}

/** A failed sync is never retried: the kernel may have dropped the pages and would report success (fsyncgate, 2018). */
export function syncError(path: string, cause: unknown): KombiError {
  return new KombiError({
    code: 'archive.sync-failed',
    message: `The disk did not confirm ${path}: ${messageOf(cause)}`,
    exit: EXIT.refused,
    cause,
    hint: 'The disk may be failing. Choose an archive on another disk with --archive.',
  });
}

export function readError(path: string, cause: unknown): KombiError {
  if (cause instanceof KombiError) return cause;
  const errno = errnoOf(cause);
  if (errno === 'ELOOP') return symlinkError(path);
  if (errno === 'EFBIG') return damagedError(path, 'it is larger than any file of the archive may be');
  return new KombiError({
    code: 'archive.not-readable',
    message: `The archive cannot be read: ${path}: ${messageOf(cause)}`,
    exit: EXIT.refused,
    cause,
    hint: 'Check the permissions of the folder, or choose another archive with --archive.',
  });
}

export function symlinkError(path: string): KombiError {
  return new KombiError({
    code: 'archive.symlink',
    message: `${path} is a symbolic link; inside the archive none is followed`,
    hint: 'Find out who put it there, then remove it.',
  });
}

export function damagedError(path: string, what: string): KombiError {
  return new KombiError({
    code: 'archive.damaged',
    message: `${path} is damaged: ${what}`,
    hint: 'It will not be used. Take another backup of this car, or a copy of this file from elsewhere.',
  });
}

export function newerFormatError(path: string, what: string): KombiError {
  return new KombiError({
    code: 'archive.newer-format',
    message: `${path} was written by a newer kombi: ${what}`,
    exit: EXIT.newerFormat,
    hint: 'Update kombi. This version lists the file but will not restore from it.',
  });
}
