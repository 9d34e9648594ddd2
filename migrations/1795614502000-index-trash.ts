import type { MigrationInterface, QueryRunner } from 'typeorm';

const LEADING = ['user_id', 'location_id', 'client_id', 'hardware_id', 'ml_tag'];

/**
 * Adds to the indexes of images in the order of capture whether each is in the trash, so that images are counted from
 * them alone. It stands beside their columns: PostgreSQL does not combine indexes by a column that both have.
 */
export class IndexTrash1795614502000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.replace(runner, 'INCLUDE (trashed_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.replace(runner, '');
  }

  private async replace(runner: QueryRunner, others: string): Promise<void> {
    const indexes = [
      { name: 'ix_images_captured_at', columns: ['captured_at', 'id'] },
      ...LEADING.map((column) => ({
        name: `ix_images_${column}`,
        columns: [column, 'captured_at', 'id'],
      })),
    ];
    for (const { name, columns } of indexes) {
      await runner.query(`DROP INDEX ${name}`);
      await runner.query(`CREATE INDEX ${name} ON images (${columns.join(', ')}) ${others}`);
    }
  }
}
