import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What is left of an image that was removed for good, so that those who keep a copy hear of it. A trigger writes it in
 * the transaction of the removal; tidying up removes it after TOMBSTONE_RETENTION_DAYS.
 */
@Entity('purged_images')
@Index('ix_purged_images_purged_at', ['purgedAt', 'imageId'])
@Index('ix_purged_images_client_id', ['clientId', 'purgedAt', 'imageId'])
export class PurgedImage {
  /** The number of the row that is gone, which no other row gets. */
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'pk_purged_images' })
  imageId!: string;

  /** May be that of another image by now. */
  @Column({ name: 'image_key', type: 'text', collation: 'C' })
  key!: string;

  @Column({ type: 'text', collation: 'C' })
  clientId!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  purgedAt!: Date;
}
