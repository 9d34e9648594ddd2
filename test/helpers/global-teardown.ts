/** Drops the databases of this run and ends its server. */
export default async function tearDown(): Promise<void> {
  await globalThis.endTestServer?.();
}
