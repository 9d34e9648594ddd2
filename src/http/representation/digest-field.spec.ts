import { expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { digestField } from './digest-field.js';

it('a digest is written as RFC 9530 has it, appendix B.1', () => {
  const sha256 = createHash('sha256').update('{"hello": "world"}\n').digest('hex');
  expect(digestField(sha256)).toBe('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:');
});
