import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { ToBoolean } from '../../http/validation/conversions.js';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import type { AnnotationForm, ImageFilter } from '../image.js';
import { IsSelection } from './image-fields.query.js';
import { ImageSelection } from './image-selection.js';
import { SortedImagesQuery } from './sorted-images.query.js';

/** Which images of all, also those in the trash, and how much of each. */
export class ListImagesQuery extends SortedImagesQuery {
  /**
   * With a picture, or without.
   * @example true
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  has_file?: boolean;

  /**
   * The images in the trash instead of those in use.
   * @example false
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  trash: boolean = false;

  /**
   * Changed at this time or later: the record, its picture or its annotations (`updated_at`). With
   * `sort=updated_at` and `include_deleted=true` a copy is kept up to date by it.
   */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2026-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsOptional()
  updated_since?: string;

  /**
   * The images in the trash too, told by `deleted_at`; only with `updated_since`. In the order of `updated_at` or
   * `-updated_at` also those that were removed for good in the last TOMBSTONE_RETENTION_DAYS: their keys and when
   * (`purged_at`), whatever filters but `client_id` say.
   * @example false
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  include_deleted: boolean = false;

  /**
   * Only these fields, between commas: those of images, and `annotations.` with those of annotations. The key is
   * always there.
   * @example "image_key,file,annotations.instrument"
   */
  @IsSelection()
  @IsOptional()
  fields?: string;

  /**
   * Whether each image comes with its annotations.
   * @example true
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  annotations: boolean = true;

  /** Undefined: all fields. */
  toSelection(): ImageSelection | undefined {
    return this.fields === undefined ? undefined : ImageSelection.of(this.fields);
  }

  /** How annotations are to be read: whole ones go out as they come. */
  get annotationForm(): AnnotationForm {
    const selection = this.toSelection();
    if (!this.annotations || selection?.hasAnnotations === false) return 'none';
    return selection ? 'records' : 'written';
  }

  /** @throws InvalidRequest when `include_deleted` stands where it means nothing */
  override toFilter(): ImageFilter {
    this.assertMeantTogether();
    return {
      ...super.toFilter(),
      hasFile: this.has_file,
      updatedSince: this.updated_since === undefined ? undefined : toInstant(this.updated_since),
      life: this.life,
    };
  }

  private get life(): ImageFilter['life'] {
    if (this.include_deleted) return 'any';
    return this.trash ? 'trashed' : 'in-use';
  }

  private assertMeantTogether(): void {
    if (!this.include_deleted) return;
    const faults = [
      ...(this.updated_since === undefined ? ['is only for lists with updated_since'] : []),
      ...(this.trash ? ['does not go together with trash=true'] : []),
    ].map((detail) => ({ parameter: 'include_deleted', detail }));
    if (faults.length > 0) throw new InvalidRequest(faults);
  }
}
