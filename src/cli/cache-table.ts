interface Amount {
  entries: number;
  bytes: number;
}

/** What is kept on the disk, as it is printed with --json. */
export interface KeptRenditions extends Amount {
  /** RENDITION_CACHE_BYTES. */
  budget: number;
  /** Used once so far. */
  probation: Amount;
  /** Used again, or made beforehand. */
  kept: Amount;
  /** When the entry was used that has not been for longest; null if there is none. */
  eldest_use: string | null;
}

/** The same for people. */
export function cacheTable({ budget, eldest_use, ...amounts }: KeptRenditions): string {
  const rows = [
    ['', 'entries', 'bytes', 'of the budget'],
    ['on probation', ...cellsOf(amounts.probation, budget)],
    ['kept', ...cellsOf(amounts.kept, budget)],
    ['together', ...cellsOf(amounts, budget)],
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const bound = budget === 0 ? 'Nothing is kept: the budget is 0.' : `Budget: ${budget} bytes.`;
  const eldest = eldest_use === null ? '' : ` Not used for longest: since ${eldest_use}.`;
  return `${lines.join('\n')}\n${bound}${eldest}\n`;
}

function cellsOf({ entries, bytes }: Amount, budget: number): string[] {
  const share = budget === 0 ? '-' : `${((100 * bytes) / budget).toFixed(1)} %`;
  return [String(entries), String(bytes), share];
}
