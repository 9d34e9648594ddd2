import type { RenditionPlan } from '../../renditions/rendition-plan.js';
import type { Drawing } from '../rendition-pipeline.js';
import type { Mark, Shape, MaskTracer, Transform } from './mark.js';
import { maskSvg } from './mask-svg.js';
import { OVERLAY_REVISION, overlaySvg } from './overlay-svg.js';

/** What of annotations is drawn on a rendition, or cut out of it. */
export interface AnnotationDrawing {
  /** Changes with whatever it shows. */
  revision: string;
  make: () => Promise<Drawing>;
}

/**
 * What a plan wants drawn, if anything.
 * @param setRevision changes with any annotation
 */
export function drawingOf(
  { overlay, mask, size }: RenditionPlan,
  transform: Transform,
  setRevision: string,
  byIndex: ReadonlyMap<number, Mark>,
  tracer: MaskTracer,
): AnnotationDrawing | undefined {
  if (overlay) {
    const make = async () => ({
      svg: await overlaySvg([...byIndex.values()], transform, size, tracer),
      how: 'over' as const,
    });
    return { revision: `set ${setRevision} drawing ${OVERLAY_REVISION}`, make };
  }
  const shape = mask === null ? undefined : byIndex.get(mask);
  if (!shape) return undefined;
  const make = async () => ({
    svg: await maskSvg(shape, transform, size, tracer),
    how: 'cut' as const,
  });
  return { revision: revisionOf(shape, setRevision), make };
}

function revisionOf({ polygon, box, mask }: Shape, setRevision: string): string {
  // Its runs can be megabytes; it is always named in the plan by its index.
  if (mask) return `mask in set ${setRevision}`;
  return `annotation ${JSON.stringify(polygon?.rings ?? polygon?.points ?? box)}`;
}
