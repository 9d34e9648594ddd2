import { ApiKey } from './access/api-key.entity.js';
import { AuditEntry } from './access/audit-entry.entity.js';
import { Annotation } from './annotations/annotation.entity.js';
import { ImageInstrument } from './annotations/image-instrument.entity.js';
import { AnnotationVersionRow } from './annotations/history/annotation-version.entity.js';
import { Instrument } from './annotations/instrument.entity.js';
import { InstrumentChange } from './annotations/instrument-change.entity.js';
import { CreateCaptureTables1795420800000 } from '../migrations/1795420800000-create-capture-tables.js';
import { CreateIdempotencyKeys1795420900000 } from '../migrations/1795420900000-create-idempotency-keys.js';
import { CreateAccessTables1795430400000 } from '../migrations/1795430400000-create-access-tables.js';
import { IndexStorageKeys1795430600000 } from '../migrations/1795430600000-index-storage-keys.js';
import { NotifyOfPictures1795440100000 } from '../migrations/1795440100000-notify-of-pictures.js';
import { CreateAnnotationVersions1795527000000 } from '../migrations/1795527000000-create-annotation-versions.js';
import { RenameLabels1795527100000 } from '../migrations/1795527100000-rename-labels.js';
import { IndexSearches1795527200000 } from '../migrations/1795527200000-index-searches.js';
import { ListLabelsOfImages1795527300000 } from '../migrations/1795527300000-list-labels-of-images.js';
import { GiveAnnotationsMoreGeometries1795614000000 } from '../migrations/1795614000000-give-annotations-more-geometries.js';
import { NumberVersionsBySet1795614100000 } from '../migrations/1795614100000-number-versions-by-set.js';
import { ReviewImages1795614200000 } from '../migrations/1795614200000-review-images.js';
import { CreateComments1795614201000 } from '../migrations/1795614201000-create-comments.js';
import { RememberPurgedImages1795614202000 } from '../migrations/1795614202000-remember-purged-images.js';
import { CountLabelsOfImages1795614500000 } from '../migrations/1795614500000-count-labels-of-images.js';
import { IndexBounds1795614501000 } from '../migrations/1795614501000-index-bounds.js';
import { IndexTrash1795614502000 } from '../migrations/1795614502000-index-trash.js';
import { MergeLabelsAtOnce1795701600000 } from '../migrations/1795701600000-merge-labels-at-once.js';
import { TellEstimatesOfLabels1795788000000 } from '../migrations/1795788000000-tell-estimates-of-labels.js';
import { BEYOND_ENTITIES } from '../migrations/beyond-entities.js';
import { Comment } from './comments/comment.entity.js';
import type { DatabaseSchema } from './database/data-source-options.js';
import { IdempotencyKey } from './database/idempotency-key.entity.js';
import { Image } from './images/image.entity.js';
import { PurgedImage } from './images/purged/purged-image.entity.js';
import { ReviewTransition } from './images/review-transition.entity.js';
import { Location } from './locations/location.entity.js';
import { User } from './users/user.entity.js';

/** What the database is made of; `npm run db:check` proves that both lists say the same. */
export const SCHEMA: DatabaseSchema = {
  entities: [
    User,
    Location,
    Image,
    Instrument,
    InstrumentChange,
    Annotation,
    ImageInstrument,
    ReviewTransition,
    PurgedImage,
    Comment,
    AnnotationVersionRow,
    IdempotencyKey,
    ApiKey,
    AuditEntry,
  ],
  migrations: [
    CreateCaptureTables1795420800000,
    CreateIdempotencyKeys1795420900000,
    CreateAccessTables1795430400000,
    IndexStorageKeys1795430600000,
    NotifyOfPictures1795440100000,
    CreateAnnotationVersions1795527000000,
    RenameLabels1795527100000,
    IndexSearches1795527200000,
    ListLabelsOfImages1795527300000,
    GiveAnnotationsMoreGeometries1795614000000,
    NumberVersionsBySet1795614100000,
    ReviewImages1795614200000,
    CreateComments1795614201000,
    RememberPurgedImages1795614202000,
    CountLabelsOfImages1795614500000,
    IndexBounds1795614501000,
    IndexTrash1795614502000,
    MergeLabelsAtOnce1795701600000,
    TellEstimatesOfLabels1795788000000,
  ],
  beyondEntities: BEYOND_ENTITIES,
};
