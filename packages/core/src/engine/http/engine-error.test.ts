import { describe, expect, it } from 'vitest';
import { parseEngineAddress } from '../endpoint/endpoint.js';
import { connectionError, statusError } from './engine-error.js';

const unix = parseEngineAddress('unix:///run/docker.sock');
const tls = parseEngineAddress('tcp://host:2376', { verify: true });
const errno = (code: string) => Object.assign(new Error(`socket: ${code}`), { code });

describe('statusError', () => {
  it.each([
    [400, 'INVALID_ARGUMENT'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [418, 'PROTOCOL'],
    [301, 'PROTOCOL'],
    [500, 'UNAVAILABLE'],
    [501, 'UNSUPPORTED'],
    [503, 'UNAVAILABLE'],
  ])('status %i is %s', (status, code) => {
    expect(statusError('tagging x', status, '')).toMatchObject({
      code,
      message: expect.stringContaining(`tagging x: `),
    });
  });

  it.each([
    ['{"message":"No such image: x"}\n', 'No such image: x'],
    ['{"message":"cut off in the mid', '{"message":"cut off in the mid'],
    ['<html>\nnginx', '<html>'],
    ['{"message":7}', '{"message":7}'],
    ['null', 'null'],
  ])('quotes what the daemon said: %j', (body, said) => {
    expect(statusError('tagging x', 404, body).message).toBe(
      `tagging x: the Docker daemon answered 404: ${said}`,
    );
  });
});

describe('connectionError', () => {
  it.each([
    [unix, 'ENOENT', 'UNAVAILABLE'],
    [unix, 'ECONNREFUSED', 'UNAVAILABLE'],
    [unix, 'EACCES', 'PERMISSION_DENIED'],
    [unix, 'ECONNRESET', 'UNAVAILABLE'],
    [unix, 'HPE_INVALID_CONSTANT', 'PROTOCOL'],
    [tls, 'EPROTO', 'PROTOCOL'],
    [tls, 'SELF_SIGNED_CERT_IN_CHAIN', 'UNAVAILABLE'],
    [tls, 'ENOTFOUND', 'UNAVAILABLE'],
    [tls, 'EHOSTUNREACH', 'UNAVAILABLE'],
  ])('to %j, %s is %s and says what to do', (endpoint, cause, code) => {
    const error = connectionError('pinging', endpoint, errno(cause));
    expect(error).toMatchObject({
      code,
      hint: expect.stringMatching(/.{20}/),
      cause: { code: cause },
    });
    expect(error.message).toMatch(/^pinging: the Docker daemon at (unix|tcp):\/\/\S+ .+/);
  });

  it('asks whether the daemon runs when there is no socket', () => {
    expect(connectionError('pinging', unix, errno('ENOENT')).hint).toMatch(
      /Is the Docker daemon running/,
    );
  });

  it('takes a cause without a code', () => {
    expect(connectionError('pinging', unix, 'odd').message).toContain('odd');
  });
});
