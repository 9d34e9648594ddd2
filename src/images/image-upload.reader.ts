import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Environment } from '../config/environment.js';
import { jsonLimits } from '../http/json-limits.js';
import { readJsonBody } from '../http/request-body.js';
import { UploadReader } from '../http/upload.reader.js';
import { validateBody } from '../http/validation/request-validation.js';
import type { ReceivedFile } from '../storage/upload-spool.js';
import { CreateImageRequest } from './dto/create-image.request.js';
import { CreatePhotographRequest } from './dto/create-photograph.request.js';
import type { ImageDraft } from './image.js';

/** A record to make, and the file that came with it. */
export interface ImageUpload {
  draft: ImageDraft;
  /** To be discarded in the end. */
  file?: ReceivedFile;
}

/** Reads what `POST /images` takes: JSON, or a form of the same JSON and a file. */
@Injectable()
export class ImageUploadReader {
  constructor(
    private readonly environment: Environment,
    private readonly uploads: UploadReader,
  ) {}

  /** @throws InvalidRequest, and what reading JSON and forms throws; no file is left behind then */
  async read(request: Request): Promise<ImageUpload> {
    const limits = jsonLimits(this.environment, this.environment.maxAnnotationSetBytes);
    if (request.is('multipart/form-data') === false) {
      await readJsonBody(request, limits);
      return { draft: validateBody(CreateImageRequest, request.body, this.environment).toDraft() };
    }
    const { metadata, file } = await this.uploads.readForm(request, limits);
    try {
      return {
        draft: validateBody(CreatePhotographRequest, metadata, this.environment).toDraft(),
        file,
      };
    } catch (error) {
      await file.discard();
      throw error;
    }
  }
}
