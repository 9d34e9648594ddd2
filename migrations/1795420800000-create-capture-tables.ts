import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, locations, images, labels and annotations. */
export class CreateCaptureTables1795420800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id text COLLATE "C" NOT NULL,
        first_name text NOT NULL,
        last_name text NOT NULL,
        role text,
        created_at timestamp(3) with time zone NOT NULL,
        updated_at timestamp(3) with time zone NOT NULL,
        version integer NOT NULL,
        CONSTRAINT pk_users PRIMARY KEY (id)
      )`);
    await runner.query(`
      CREATE TABLE locations (
        id text COLLATE "C" NOT NULL,
        address text NOT NULL,
        town text NOT NULL,
        country text NOT NULL,
        created_at timestamp(3) with time zone NOT NULL,
        updated_at timestamp(3) with time zone NOT NULL,
        version integer NOT NULL,
        CONSTRAINT pk_locations PRIMARY KEY (id)
      )`);
    await runner.query(`
      CREATE TABLE images (
        id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        image_key text COLLATE "C" NOT NULL,
        client_id text COLLATE "C" NOT NULL,
        captured_at timestamp(3) with time zone NOT NULL,
        hardware_id text COLLATE "C",
        ml_tag text,
        location_id text COLLATE "C",
        user_id text COLLATE "C",
        received_at timestamp(3) with time zone NOT NULL,
        updated_at timestamp(3) with time zone NOT NULL,
        version integer NOT NULL,
        trashed_at timestamp(3) with time zone,
        creation_digest text NOT NULL,
        annotation_set_version integer NOT NULL,
        highest_annotation_index integer NOT NULL,
        annotation_count integer NOT NULL,
        annotation_bytes integer NOT NULL,
        file_storage_key text,
        file_media_type text,
        file_width integer,
        file_height integer,
        file_bytes integer,
        file_sha256 text,
        file_orientation smallint,
        file_thumbhash text,
        CONSTRAINT pk_images PRIMARY KEY (id),
        CONSTRAINT uq_images_image_key UNIQUE (image_key),
        CONSTRAINT fk_images_user FOREIGN KEY (user_id) REFERENCES users (id),
        CONSTRAINT fk_images_location FOREIGN KEY (location_id) REFERENCES locations (id),
        CONSTRAINT ck_images_ml_tag CHECK (ml_tag IN ('TRAIN', 'TEST', 'LIVE')),
        CONSTRAINT ck_images_picture_whole CHECK (
          num_nulls(file_storage_key, file_media_type, file_width, file_height, file_bytes,
                    file_sha256, file_orientation, file_thumbhash) IN (0, 8))
      )`);
    await runner.query('CREATE INDEX ix_images_captured_at ON images (captured_at, id)');
    await runner.query('CREATE INDEX ix_images_received_at ON images (received_at, id)');
    for (const column of ['user_id', 'location_id', 'client_id', 'hardware_id', 'ml_tag'])
      await runner.query(`CREATE INDEX ix_images_${column} ON images (${column}, captured_at, id)`);
    await runner.query(
      'CREATE INDEX ix_images_trashed_at ON images (trashed_at) WHERE trashed_at IS NOT NULL',
    );
    await runner.query(`
      CREATE TABLE instruments (
        id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        name text COLLATE "C" NOT NULL,
        CONSTRAINT pk_instruments PRIMARY KEY (id),
        CONSTRAINT uq_instruments_name UNIQUE (name)
      )`);
    await runner.query(`
      CREATE TABLE annotations (
        image_id bigint NOT NULL,
        index integer NOT NULL,
        instrument_id bigint NOT NULL,
        polygon jsonb,
        attributes jsonb NOT NULL,
        source text NOT NULL,
        confidence double precision,
        bbox jsonb,
        area double precision,
        content_bytes integer NOT NULL,
        created_at timestamp(3) with time zone NOT NULL,
        updated_at timestamp(3) with time zone NOT NULL,
        created_by text,
        version integer NOT NULL,
        deleted_at timestamp(3) with time zone,
        CONSTRAINT pk_annotations PRIMARY KEY (image_id, index),
        CONSTRAINT fk_annotations_image FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE,
        CONSTRAINT fk_annotations_instrument FOREIGN KEY (instrument_id) REFERENCES instruments (id),
        CONSTRAINT ck_annotations_index CHECK (index >= 0),
        CONSTRAINT ck_annotations_source CHECK (source IN ('human', 'model')),
        CONSTRAINT ck_annotations_confidence CHECK (confidence BETWEEN 0 AND 1)
      )`);
    await runner.query(`
      CREATE INDEX ix_annotations_instrument_id ON annotations (instrument_id, image_id)
       WHERE deleted_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['annotations', 'instruments', 'images', 'locations', 'users'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
