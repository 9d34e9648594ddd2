import { TZDate } from '@date-fns/tz';

/** A camera's clock, as EXIF has it. */
export interface CameraTime {
  /** YYYY-MM-DDTHH:mm:ss.sss */
  local: string;
  /** +02:00 */
  offset?: string;
}

/**
 * The instant of a camera's time. EXIF has no time zone of its own unless the camera wrote an offset.
 * @param timeZone IANA name for cameras that wrote none
 * @returns undefined when neither tells the offset: a time is never guessed
 */
export function instantOf({ local, offset }: CameraTime, timeZone?: string): Date | undefined {
  if (offset !== undefined) return new Date(`${local}${offset}`);
  if (timeZone === undefined) return undefined;
  const clock = new Date(`${local}Z`);
  const zoned = new TZDate(
    clock.getUTCFullYear(),
    clock.getUTCMonth(),
    clock.getUTCDate(),
    clock.getUTCHours(),
    clock.getUTCMinutes(),
    clock.getUTCSeconds(),
    clock.getUTCMilliseconds(),
    timeZone,
  );
  return new Date(zoned.getTime());
}
