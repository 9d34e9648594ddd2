import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A label that annotations carry: a row of its own, so that renaming it is one update. */
@Entity('instruments')
@Unique('uq_instruments_name', ['name'])
export class Instrument {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_instruments',
  })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  name!: string;
}
