import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Tinypool } from 'tinypool';
import type { Fault } from '../errors/domain-error.js';
import type { AnnotationContent } from './annotation.js';
import { type Path, toFaults } from './annotation-geometry.js';
import type faultsOfEach from './geometry/geometry-worker.js';
import { packed } from './geometry/packed-points.js';
import type { Point } from './geometry/polygon.js';
import { polygonGeometryFaults } from './geometry/polygon-geometry.js';
import type { GeometryFault } from './geometry/polygon-shape.js';

/** So many points are checked in less time than another thread takes to be told of them, about 2 ms. */
const MOST_POINTS_HERE = 2_000;
/** After so long without work the thread ends, and its memory is free. */
const IDLE_MS = 30_000;

/**
 * Finds what is impossible about polygons. Large ones, and many, are looked at on a thread of their own, one
 * request after the other, so that nobody else has to wait for them.
 */
@Injectable()
export class GeometryChecker implements OnModuleDestroy {
  private pool: Tinypool | undefined;

  /** Faults that a content's polygon has in itself, wherever it lies; pointers begin with `polygon`. */
  faultsOf(content: AnnotationContent): Promise<Fault[]> {
    return this.faultsOfAll([content], () => []);
  }

  /** The same for contents that the client sent as a list of this name. */
  faultsOfSet(contents: readonly AnnotationContent[], list = 'annotations'): Promise<Fault[]> {
    return this.faultsOfAll(contents, inList(list));
  }

  /** The same for several sets, looked at together: the faults of each. */
  async faultsOfSets(sets: readonly (readonly AnnotationContent[])[]): Promise<Fault[][]> {
    const found = await this.findAll(sets.flat());
    let at = 0;
    return sets.map(({ length }) =>
      found
        .slice(at, (at += length))
        .flatMap((faults, place) =>
          faults.length > 0 ? toFaults(faults, inAnnotations(place)) : [],
        ),
    );
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool?.destroy();
  }

  private async faultsOfAll(
    contents: readonly AnnotationContent[],
    pathOf: (place: number) => Path,
  ): Promise<Fault[]> {
    const found = await this.findAll(contents);
    return found.flatMap((faults, place) => toFaults(faults, pathOf(place)));
  }

  private async findAll(contents: readonly AnnotationContent[]): Promise<GeometryFault[][]> {
    const polygons = contents.map(({ polygon }) => polygon?.points ?? []);
    const points = polygons.reduce((sum, { length }) => sum + length, 0);
    return points > MOST_POINTS_HERE
      ? await this.elsewhere(polygons)
      : polygons.map((polygon) => (polygon.length > 0 ? polygonGeometryFaults(polygon) : []));
  }

  private async elsewhere(polygons: readonly (readonly Point[])[]): Promise<GeometryFault[][]> {
    this.pool ??= new Tinypool({
      filename: new URL('./geometry/geometry-worker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
    const { coordinates, counts } = packed(polygons);
    return (await this.pool.run(
      { coordinates, counts },
      { transferList: [coordinates.buffer, counts.buffer] },
    )) as ReturnType<typeof faultsOfEach>;
  }
}

const inAnnotations = inList('annotations');

function inList(name: string): (place: number) => Path {
  return (place) => [name, place];
}
