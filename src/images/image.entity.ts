import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import { Location } from '../locations/location.entity.js';
import { User } from '../users/user.entity.js';
import type { MlTag } from './ml-tag.js';
import type { PictureMediaType } from './picture-signature.js';
import type { StatedReview } from './review-state.js';

/** A photograph's record: who, where, with which camera, for whom. Its picture may follow later. */
@Entity('images')
@Unique('uq_images_image_key', ['key'])
// Of columns in the order of capture, so that a filter's list is read in it; each has `trashedAt` beside them, which only
// the migration can say.
@Index('ix_images_captured_at', { synchronize: false })
@Index('ix_images_received_at', ['receivedAt', 'id'])
@Index('ix_images_user_id', { synchronize: false })
@Index('ix_images_location_id', { synchronize: false })
@Index('ix_images_client_id', { synchronize: false })
@Index('ix_images_hardware_id', { synchronize: false })
@Index('ix_images_ml_tag', { synchronize: false })
@Index('ix_images_updated_at', ['updatedAt', 'id'])
@Index('ix_images_annotation_count', ['annotationCount', 'capturedAt', 'id'])
@Index('ix_images_without_file', ['capturedAt', 'id'], { where: '"file_storage_key" IS NULL' })
@Index('ix_images_review', ['review', 'capturedAt', 'id'], { where: '"review" IS NOT NULL' })
@Index('ix_images_reviewed', ['capturedAt', 'id'], {
  where: `"review" IN ('accepted', 'rejected')`,
})
@Index('ix_images_unreviewed', ['capturedAt', 'id'], {
  where: `"review" IS NULL OR "review" = 'in_review'`,
})
// Of an expression, which only the migration can say.
@Index('ix_images_key_trigrams', { synchronize: false })
@Index('ix_images_trashed_at', ['trashedAt'], { where: '"trashed_at" IS NOT NULL' })
@Index('uq_images_file_storage_key', ['fileStorageKey'], {
  unique: true,
  where: '"file_storage_key" IS NOT NULL',
})
@Check('ck_images_ml_tag', `"ml_tag" IN ('TRAIN', 'TEST', 'LIVE')`)
@Check('ck_images_review', `"review" IN ('in_review', 'accepted', 'rejected')`)
@Check(
  'ck_images_picture_whole',
  `num_nulls("file_storage_key", "file_media_type", "file_width", "file_height", "file_bytes", "file_sha256", "file_orientation", "file_thumbhash") IN (0, 8)`,
)
export class Image {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_images',
  })
  id!: string;

  /** Chosen by the client or a UUIDv7; unique, sorts by code point. */
  @Column({ name: 'image_key', type: 'text', collation: 'C' })
  key!: string;

  @Column({ type: 'text', collation: 'C' })
  clientId!: string;

  /** When the photograph was taken; `created_at` on the wire. */
  @Column({ type: 'timestamptz', precision: 3 })
  capturedAt!: Date;

  @Column({ type: 'text', collation: 'C', nullable: true })
  hardwareId!: string | null;

  @Column({ type: 'text', nullable: true })
  mlTag!: MlTag | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  locationId!: string | null;

  @ManyToOne(() => Location, { onDelete: 'NO ACTION' })
  @JoinColumn({ name: 'location_id', foreignKeyConstraintName: 'fk_images_location' })
  location?: Relation<Location> | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  userId!: string | null;

  @ManyToOne(() => User, { onDelete: 'NO ACTION' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_images_user' })
  user?: Relation<User> | null;

  @Column({ type: 'timestamptz', precision: 3 })
  receivedAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  @Column({ type: 'text', collation: 'C', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  updatedBy!: string | null;

  @Column({ type: 'integer' })
  version!: number;

  /** When it was moved to the trash; null for an image in use. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  trashedAt!: Date | null;

  /** What was said of it in its review; null: nothing, and whether it has annotations tells its state. */
  @Column({ type: 'text', nullable: true })
  review!: StatedReview | null;

  /** Hexadecimal SHA-256 of the request that created the record: a repeated one is told by it. */
  @Column({ type: 'text' })
  creationDigest!: string;

  /** Version of the annotation set; every change of an annotation raises it. */
  @Column({ type: 'integer' })
  annotationSetVersion!: number;

  /** Highest annotation index ever used, -1 before the first. */
  @Column({ type: 'integer' })
  highestAnnotationIndex!: number;

  @Column({ type: 'integer' })
  annotationCount!: number;

  /** Size of the annotations as JSON, roughly: pages of a list are cut by it. */
  @Column({ type: 'integer' })
  annotationBytes!: number;

  @Column({ type: 'text', nullable: true })
  fileStorageKey!: string | null;

  @Column({ type: 'text', nullable: true })
  fileMediaType!: PictureMediaType | null;

  @Column({ type: 'integer', nullable: true })
  fileWidth!: number | null;

  @Column({ type: 'integer', nullable: true })
  fileHeight!: number | null;

  @Column({ type: 'integer', nullable: true })
  fileBytes!: number | null;

  @Column({ type: 'text', nullable: true })
  fileSha256!: string | null;

  @Column({ type: 'smallint', nullable: true })
  fileOrientation!: number | null;

  @Column({ type: 'text', nullable: true })
  fileThumbhash!: string | null;
}
