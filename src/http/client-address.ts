import { isIP, isIPv4 } from 'node:net';
import type { Request } from 'express';

/**
 * IP address that a request comes from: of the connection's other end or, if that is a trusted proxy
 * (TRUSTED_PROXIES), the last one of X-Forwarded-For that is none.
 */
export function addressOf(request: Request): string {
  const peer = request.socket.remoteAddress ?? '';
  // What a proxy wrote there may be "unknown", or carry a port.
  const claimed = isIP(request.ip ?? '') === 0 ? peer : (request.ip ?? '');
  return claimed.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Whether the connection's other end is a trusted proxy, whose word counts. */
export function comesFromTrustedProxy(request: Request): boolean {
  const trusts = request.app.get('trust proxy fn') as (address: string, hops: number) => boolean;
  return trusts(request.socket.remoteAddress ?? '', 0);
}

/**
 * What one household or machine has: an IPv4 address, or the first 64 bits of an IPv6 address, below
 * which everybody may take as many addresses as they like (RFC 6177, RFC 8981).
 */
export function networkOf(address: string): string {
  if (isIPv4(address) || isIP(address) === 0) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0);
    const gap = 8 - groups.length - after;
    groups.push(...Array<string>(gap).fill('0'), ...tail.split(':'));
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
