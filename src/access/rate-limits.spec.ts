import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { Environment } from '../config/environment.js';
import { CredentialRefused, RateLimited } from './access.errors.js';
import { ANYBODY } from './caller.js';
import { RateLimits } from './rate-limits.js';

const ADA = { name: 'api-key:ada', role: 'viewer', clientIds: null } as const;

describe('RateLimits', () => {
  describe('for callers', () => {
    it('count a caller by name, wherever the requests come from', async () => {
      const limits = limitsWith({ rateLimit: '1' });
      await limits.count(from('192.0.2.1'), aResponse(), 'api-key:ada');
      await limits.count(from('192.0.2.1'), aResponse(), 'api-key:bob');
      await expect(
        limits.count(from('192.0.2.2'), aResponse(), 'api-key:ada'),
      ).rejects.toMatchObject({ kind: 'rate-limited', retryAfterS: 60 });
    });

    it('count who has no name by address, IPv6 by its first 64 bits', async () => {
      const limits = limitsWith({ rateLimit: '1' });
      await limits.count(from('2001:db8::1'), aResponse(), null);
      await limits.count(from('2001:db8:0:1::1'), aResponse(), null);
      const neighbour = limits.count(from('2001:db8::ffff:2'), aResponse(), null);
      await expect(neighbour).rejects.toBeInstanceOf(RateLimited);
    });

    it('cannot be used up for a caller by others of the address, nor by a caller called like it', async () => {
      const limits = limitsWith({ rateLimit: '1' });
      await limits.count(from('192.0.2.1'), aResponse(), null);
      await limits.count(from('192.0.2.1'), aResponse(), '192.0.2.1');
      await limits.count(from('192.0.2.1'), aResponse(), 'api-key:ada');
    });

    it('take ten times as many pictures at signed addresses', async () => {
      const limits = limitsWith({ rateLimit: '2' });
      for (let one = 0; one < 20; one += 1)
        await limits.countPicture(from('192.0.2.1'), aResponse());
      const next = limits.countPicture(from('192.0.2.1'), aResponse());
      await expect(next).rejects.toBeInstanceOf(RateLimited);
    });

    it.each([
      [{ auth: 'off' }, undefined],
      [{}, undefined],
      [{ auth: 'on' }, '600'],
      [{ auth: 'on', rateLimit: 'off' }, undefined],
      [{ auth: 'off', rateLimit: '7' }, '7'],
    ] as const)('with %j are %s', async (settings, limit) => {
      const response = aResponse();
      await limitsWith(settings).count(from('192.0.2.1'), response, null);
      expect(response.headers['RateLimit-Limit']).toBe(limit);
    });
  });

  describe('for refused credentials', () => {
    it('look at no more of an address than the limit says', async () => {
      const { limits, looked } = tries({ rateLimitFailures: 3 });
      for (const key of ['1', '2', '3'])
        await expect(limits(key)).rejects.toBeInstanceOf(CredentialRefused);
      await expect(limits('4')).rejects.toBeInstanceOf(RateLimited);
      await expect(limits('good')).rejects.toBeInstanceOf(RateLimited);
      expect(looked).toEqual(['1', '2', '3']);
    });

    it('let those go on whose credential was good before, and other addresses', async () => {
      const { limits } = tries({ rateLimitFailures: 1 });
      expect(await limits('good')).toBe(ADA);
      await expect(limits('1')).rejects.toBeInstanceOf(CredentialRefused);
      expect(await limits('good')).toBe(ADA);
      await expect(limits('good', '192.0.2.2')).resolves.toBe(ADA);
    });

    it('do not count what was good and expired as a guess, but as a request of its address', async () => {
      const { limits, expire } = tries({ rateLimitFailures: 1, rateLimit: '3' });
      await limits('good');
      expire();
      for (let one = 0; one < 3; one += 1)
        await expect(limits('good')).rejects.toBeInstanceOf(CredentialRefused);
      await expect(limits('good')).rejects.toBeInstanceOf(RateLimited);
      await expect(limits('1')).rejects.toBeInstanceOf(CredentialRefused);
    });

    it('are none of a database that does not answer', async () => {
      const limits = limitsWith({ auth: 'on', rateLimitFailures: 1 });
      const fail = () => Promise.reject(new Error('no database'));
      for (let one = 0; one < 3; one += 1)
        await expect(limits.whileTrying(from('192.0.2.1', 'k'), aResponse(), fail)).rejects.toThrow(
          'no database',
        );
    });

    it('count who sends none at all as a request of the address', async () => {
      const limits = limitsWith({ auth: 'on', rateLimit: '1', rateLimitFailures: 1 });
      const ask = () =>
        limits.whileTrying(from('192.0.2.1'), aResponse(), () =>
          Promise.reject(new CredentialRefused()),
        );
      await expect(ask()).rejects.toBeInstanceOf(CredentialRefused);
      await expect(ask()).rejects.toBeInstanceOf(RateLimited);
    });

    it('are not counted where nobody is asked for a credential', async () => {
      const limits = limitsWith({ rateLimitFailures: 1 });
      const ask = () =>
        limits.whileTrying(from('192.0.2.1', 'k'), aResponse(), () => Promise.resolve(ANYBODY));
      for (let one = 0; one < 3; one += 1) expect(await ask()).toBe(ANYBODY);
    });
  });
});

function limitsWith(settings: Partial<Environment>): RateLimits {
  return new RateLimits(Object.assign(new Environment(), settings));
}

/** A service whose only good API key is "good". */
function tries(settings: Partial<Environment>) {
  const limits = limitsWith({ auth: 'on', ...settings });
  const looked: string[] = [];
  let isGood = true;
  return {
    looked,
    expire: () => (isGood = false),
    limits: (key: string, address = '192.0.2.1') =>
      limits.whileTrying(from(address, key), aResponse(), () => {
        looked.push(key);
        if (key === 'good' && isGood) return Promise.resolve(ADA);
        return Promise.reject(new CredentialRefused());
      }),
  };
}

function from(ip: string, key?: string): Request {
  const headers = key === undefined ? {} : { 'x-api-key': key };
  return { ip, headers, socket: { remoteAddress: ip } } as unknown as Request;
}

function aResponse(): Response & { headers: Record<string, unknown> } {
  const headers: Record<string, unknown> = {};
  const setHeader = (name: string, value: unknown) => {
    headers[name] = value;
  };
  return { headers, setHeader } as unknown as Response & { headers: Record<string, unknown> };
}
