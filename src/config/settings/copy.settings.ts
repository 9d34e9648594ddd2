import { IsIn, Matches } from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';
import { RequestLimitSettings } from './request-limit.settings.js';

/** What is made of pictures before somebody asks for it. */
export abstract class CopySettings extends RequestLimitSettings {
  @FromEnvironment({
    type: 'text',
    description:
      'Whether smaller copies of large pictures are made after the upload, from which small renditions are made several times faster: "on" or "off". They count in RENDITION_CACHE_BYTES.',
  })
  @IsIn(['on', 'off'])
  intermediates: 'on' | 'off' = 'on';

  @FromEnvironment({
    type: 'text',
    description:
      'When pictures of more than 8 megapixels get their pyramid, from which the tiles of a zooming viewer are cut: "ingest" (after the upload), "first-use" or "off". One takes up to five times the bytes of its JPEG, of RENDITION_CACHE_BYTES.',
  })
  @IsIn(['ingest', 'first-use', 'off'])
  pyramids: 'ingest' | 'first-use' | 'off' = 'first-use';

  @FromEnvironment({
    type: 'list',
    description:
      'Widths, in pixels, of WebP previews that are made after the upload, so that a grid waits for no decode, such as 256,1024. They are what width=…&format=webp gives.',
    defaultText: 'none',
  })
  @Matches(/^[1-9]\d{1,3}$/, { each: true, message: 'must list widths from 10 to 9999' })
  previews: string[] = [];
}
