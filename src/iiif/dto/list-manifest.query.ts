import { SortedImagesQuery } from '../../images/dto/sorted-images.query.js';

/** Which images of those that have a picture: as for `GET /images`. */
export class ListManifestQuery extends SortedImagesQuery {}
