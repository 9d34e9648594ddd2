import { beforeEach, describe, expect, it } from '@jest/globals';
import { Lease } from './lease.js';

describe('Lease', () => {
  const clocks = { steady: 0, calendar: 0, steadyMs: () => 0, calendarMs: () => 0 };
  clocks.steadyMs = () => clocks.steady;
  clocks.calendarMs = () => clocks.calendar;
  let lease: Lease;

  beforeEach(() => {
    Object.assign(clocks, { steady: 5_000, calendar: 1_700_000_000_000 });
    lease = new Lease(1_000, clocks);
  });

  function pass(ms: number): void {
    clocks.steady += ms;
    clocks.calendar += ms;
  }

  it('is not valid before a beat has come back', () => {
    expect(lease.isValid).toBe(false);
    lease.begin();
    expect(lease.isValid).toBe(false);
  });

  it('counts from when the beat was sent, not from when it came back', () => {
    const comeBack = lease.begin();
    pass(600);
    comeBack();
    expect(lease.isValid).toBe(true);
    pass(399);
    expect(lease.isValid).toBe(true);
    pass(1);
    expect(lease.isValid).toBe(false);
  });

  it('is worth nothing when the beat came back too late', () => {
    const comeBack = lease.begin();
    pass(1_000);
    comeBack();
    expect(lease.isValid).toBe(false);
  });

  it('is renewed by every beat', () => {
    lease.begin()();
    pass(900);
    lease.begin()();
    pass(900);
    expect(lease.isValid).toBe(true);
  });

  it('has run out when the machine was suspended, though its steady clock stood still', () => {
    lease.begin()();
    clocks.calendar += 3_600_000;
    expect(lease.isValid).toBe(false);
  });

  it('does not last longer because the calendar was set back', () => {
    lease.begin()();
    pass(1_000);
    clocks.calendar -= 3_600_000;
    expect(lease.isValid).toBe(false);
  });

  it('ends at once when it is ended', () => {
    lease.begin()();
    lease.end();
    expect(lease.isValid).toBe(false);
  });
});
