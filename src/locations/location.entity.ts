import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A place where photographs are taken. */
@Entity('locations')
export class Location {
  /** Chosen by the client; sorts by code point. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'pk_locations' })
  id!: string;

  @Column({ type: 'text' })
  address!: string;

  @Column({ type: 'text' })
  town!: string;

  @Column({ type: 'text' })
  country!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  @Column({ type: 'text', collation: 'C', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  updatedBy!: string | null;

  @Column({ type: 'integer' })
  version!: number;
}
