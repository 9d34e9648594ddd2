/** Which entries: what is given must hold, of a list any one. */
export interface AuditFilter {
  actors?: readonly string[] | undefined;
  actions?: readonly string[] | undefined;
  subjects?: readonly string[] | undefined;
  clientIds?: readonly string[] | undefined;
  requestIds?: readonly string[] | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}
