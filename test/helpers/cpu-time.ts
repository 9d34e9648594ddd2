/**
 * Milliseconds of CPU that this process has used. What must not become quadratic is held against it: unlike
 * the clock, it says nothing about what else the machine is doing.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
