import type { EntityManager } from 'typeorm';

const GATE = 7_368_016;

/*
 * Who stores annotations finds the rows of their labels first. The gate keeps a label from being renamed, merged or
 * deleted in between: storing passes it together, changing a label waits until it is empty and has it alone. It is
 * an advisory lock, whose queue is fair, because under constant writing a lock of the label's row might never be had.
 *
 * Whoever locks images locks them before the gate. Nobody waits for an image who has the gate.
 */

/** To be selected from: passes the gate together with others, until the transaction ends. */
export const GATE_PASSED = `pg_advisory_xact_lock_shared(${GATE})`;

/** From here to the end of the transaction labels stay what they are. */
export async function keepLabels(manager: EntityManager): Promise<void> {
  await manager.query(`SELECT FROM ${GATE_PASSED}`);
}

/** From here to the end of the transaction nobody else stores or changes labels: it must be short. */
export async function changeLabelsAlone(manager: EntityManager): Promise<void> {
  await manager.query(`SELECT FROM pg_advisory_xact_lock(${GATE})`);
}
