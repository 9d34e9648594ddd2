import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller.js';
import { Environment } from '../../config/environment.js';
import { jsonPointer } from '../../errors/json-pointer.js';
import { AnnotatedImages } from '../annotated-images.js';
import type { AnnotationContent } from '../annotation.js';
import type { Path } from '../annotation-geometry.js';
import { ringsOf } from '../geometry/polygon.js';
import type { RepairAction } from '../geometry/repair/corners-under-repair.js';
import { GeometryChecker } from '../geometry-checker.service.js';

/** One thing that was done to a geometry, and where in the request. */
export interface Repair {
  pointer: string;
  action: RepairAction;
  detail: string;
}

/** What is to be stored, repaired where that was asked for and can be. */
export interface RepairedDrafts<T> {
  drafts: readonly T[];
  /** What was done to each; undefined where no repair was asked for. */
  repairs: readonly (readonly Repair[])[] | undefined;
}

/** Repairs what clients send before it is looked at as any other annotation. */
@Injectable()
export class DraftRepairs {
  constructor(
    private readonly images: AnnotatedImages,
    private readonly geometry: GeometryChecker,
    private readonly environment: Environment,
  ) {}

  /**
   * Repairs geometries by no more than half a pixel; one that would need more stays what it is, so that its faults
   * are told as of any other. The picture's size is read beforehand: should another picture take its place meanwhile,
   * the write itself says what does not fit it.
   * @param isAsked false: everything stays what it is
   * @param list what the client calls it; undefined where it sends one annotation alone
   * @throws AnnotatedImageNotFound
   */
  async repair<T extends AnnotationContent>(
    caller: Caller,
    imageKey: string,
    isAsked: boolean,
    drafts: readonly T[],
    list?: string,
  ): Promise<RepairedDrafts<T>> {
    if (!isAsked) return { drafts, repairs: undefined };
    const { size } = await this.images.require(caller, imageKey);
    const found = await this.geometry.repaired(drafts, size);
    // Stretches that exchange their ways get corners: not more than a polygon may have.
    const repaired = found.map((one, place) => {
      const sent = drafts[place];
      return sent && this.hasTooManyPoints(one.content) ? { content: sent, repairs: [] } : one;
    });
    const pathOf = (place: number): Path => (list === undefined ? [] : [list, place]);
    return {
      drafts: repaired.map(({ content }) => content),
      repairs: repaired.map(({ repairs }, place) =>
        repairs.map(({ path, action, detail }) => ({
          pointer: jsonPointer([...pathOf(place), ...path]),
          action,
          detail,
        })),
      ),
    };
  }
  private hasTooManyPoints({ polygon }: AnnotationContent): boolean {
    if (!polygon) return false;
    const count = ringsOf(polygon).reduce((sum, { length }) => sum + length, 0);
    return count > this.environment.maxPolygonPoints;
  }
}
