import { IsInt, Max, Min } from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';
import { PictureSettings } from './picture.settings.js';

/** When the service tidies up behind itself and others. */
export abstract class UpkeepSettings extends PictureSettings {
  @FromEnvironment({
    type: 'integer',
    description:
      'Seconds between two rounds of tidying up (old trash, old history, abandoned uploads, files without a record); 0: no rounds.',
  })
  @IsInt()
  @Min(0)
  @Max(604_800)
  upkeepIntervalS = 3_600;

  @FromEnvironment({
    type: 'integer',
    description: 'Days after which images in the trash are removed for good; 0: never.',
  })
  @IsInt()
  @Min(0)
  @Max(36_500)
  trashDays = 30;

  @FromEnvironment({
    type: 'integer',
    description:
      'Seconds after which a stored file that no record names is set aside (DATA_DIR/set-aside). An upload in progress is never that old.',
  })
  @IsInt()
  @Min(3_600)
  @Max(31_536_000)
  orphanAfterS = 86_400;

  @FromEnvironment({
    type: 'integer',
    description: 'Days for which files that were set aside are kept before they are removed.',
  })
  @IsInt()
  @Min(1)
  @Max(36_500)
  setAsideDays = 30;

  @FromEnvironment({
    type: 'integer',
    description:
      'Days for which versions of annotations are kept after they were superseded; 0: for ever.',
  })
  @IsInt()
  @Min(0)
  @Max(36_500)
  historyRetentionDays = 0;

  @FromEnvironment({
    type: 'integer',
    description:
      'Days for which purged images are told to those who keep a copy (include_deleted); 0: for ever.',
  })
  @IsInt()
  @Min(0)
  @Max(36_500)
  tombstoneRetentionDays = 90;
}
