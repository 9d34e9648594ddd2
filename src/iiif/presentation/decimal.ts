/** A number exactly, and without an exponent where viewers' parsers would stumble over it. */
export function decimal(value: number): string {
  const text = String(value + 0);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

/** The sum of two numbers as they are written: 0.1 and 0.2 are 0.3. */
export function decimalSum(one: number, other: number): string {
  const [first, second] = [decimal(one), decimal(other)];
  const digits = Math.max(digitsAfterPoint(first), digitsAfterPoint(second));
  const sum = shifted(first, digits) + shifted(second, digits);
  const sign = sum < 0n ? '-' : '';
  const text = String(sum < 0n ? -sum : sum).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const rest = text.slice(text.length - digits).replace(/0+$/, '');
  return `${sign}${whole}${rest && '.'}${rest}`;
}

function digitsAfterPoint(text: string): number {
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
}

function shifted(text: string, digits: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(digits - digitsAfterPoint(text)));
}
