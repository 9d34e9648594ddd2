import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { Image } from '../images/image.entity.js';
import { Instrument } from './instrument.entity.js';

/** Under which ids images that carry a label may be listed: its own one, and those that were merged a moment ago. */
export const LISTED_UNDER = (id: string) => `ARRAY(
    SELECT listed.id FROM instruments listed
     WHERE listed.id = ${id} OR (listed.merged_into = ${id} AND listed.relisting))`;

/**
 * That an image carries a label, and how many of its annotations do. Triggers keep it (migrations/), in the
 * transaction of whatever changes annotations: lists by label walk it in the order of capture, and find at once where
 * a label is rare, old or nowhere. Counts of labels in many images are sums of it. Images of a label that was merged a
 * moment ago stand under it until they are listed anew.
 */
@Entity('image_instruments')
@Index('ix_image_instruments_instrument_id', ['instrumentId', 'capturedAt', 'imageId'])
export class ImageInstrument {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'pk_image_instruments' })
  imageId!: string;

  @ManyToOne(() => Image, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'image_id', foreignKeyConstraintName: 'fk_image_instruments_image' })
  image?: Relation<Image>;

  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'pk_image_instruments' })
  instrumentId!: string;

  @ManyToOne(() => Instrument, { onDelete: 'NO ACTION' })
  @JoinColumn({
    name: 'instrument_id',
    foreignKeyConstraintName: 'fk_image_instruments_instrument',
  })
  instrument?: Relation<Instrument>;

  /** Of the image. */
  @Column({ type: 'timestamptz', precision: 3 })
  capturedAt!: Date;

  /** So many annotations of the image carry the label. */
  @Column({ type: 'integer' })
  annotationCount!: number;
}
