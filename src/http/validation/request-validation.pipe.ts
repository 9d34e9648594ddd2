import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { validateBody, validateParameters } from './request-validation.js';

/** Checks every body and query that is declared as a DTO class. Path parameters have pipes of their own. */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  constructor(private readonly environment: Environment) {}

  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (metatype === undefined || metatype === Object || metatype === String) return value;
    const dto = metatype as new () => object;
    if (type === 'body') return validateBody(dto, value, this.environment);
    if (type === 'query') return validateParameters(dto, value as object);
    return value;
  }
}
