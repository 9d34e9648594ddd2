import { expect } from '@jest/globals';
import type { Response } from 'supertest';

/** A place of a request that a problem must name, and what it says there. */
export interface ExpectedFault {
  pointer?: string;
  parameter?: string;
  header?: string;
  detail?: string | RegExp;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Expects an answer to be this problem, whole and in its form (RFC 9457).
 * @param errors all faults at places that it must name and at no others, in any order; a text stands for a pointer
 *   (`#/polygon`) or for a parameter (`limit`)
 */
export function expectProblem(
  answer: Response,
  status: number,
  code: string,
  errors?: readonly (string | ExpectedFault)[],
): void {
  const { body, headers } = answer;
  // One comparison, so that a failure shows the whole answer.
  expect({ status: answer.status, body }).toMatchObject({
    status,
    body: { type: `/problems/${code}`, status, title: expect.any(String) },
  });
  expect(headers['content-type']).toMatch(/^application\/problem\+json(;|$)/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(body.instance).toMatch(UUID);
  expect(body.instance).toBe(headers['x-request-id']);
  if (!errors) return;
  const expected = errors.map((fault) => expect.objectContaining(asMatcher(fault)));
  expect(body.errors).toEqual(expect.arrayContaining(expected));
  // One place may have several faults: each is told.
  expect(new Set(body.errors.map(placeOf))).toEqual(new Set(errors.map(placeOf)));
}

function placeOf(fault: string | ExpectedFault): string | undefined {
  if (typeof fault === 'string') return fault;
  return fault.pointer ?? fault.parameter ?? fault.header;
}

function asMatcher(fault: string | ExpectedFault): Record<string, unknown> {
  if (typeof fault === 'string')
    return { [fault.startsWith('#') ? 'pointer' : 'parameter']: fault, detail: expect.any(String) };
  const { detail = /./ } = fault;
  return { ...fault, detail: expect.stringMatching(wholeText(detail)) };
}

function wholeText(detail: string | RegExp): RegExp {
  if (detail instanceof RegExp) return detail;
  return new RegExp(`^${detail.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
