import { ImageFilterQuery } from '../../images/dto/image-filter.query.js';

/** Which images of those that have a picture: as for `GET /images`. */
export class ListManifestQuery extends ImageFilterQuery {}
