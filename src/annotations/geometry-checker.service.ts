import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Tinypool } from 'tinypool';
import type { Fault } from '../errors/domain-error.js';
import type { AnnotationContent } from './annotation.js';
import { type Path, toFaults } from './annotation-geometry.js';
import type faultsOfEach from './geometry/geometry-worker.js';
import { packed } from './geometry/packed-points.js';
import { ownFaultsOf } from './geometry/kind-faults.js';
import { type Polygon, ringsOf } from './geometry/polygon.js';
import { faultsOfPolygon } from './geometry/polygon-geometry.js';
import type { GeometryFault } from './geometry/shape-faults.js';

/** So many points are checked in less time than another thread takes to be told of them, about 2 ms. */
const MOST_POINTS_HERE = 2_000;
/** After so long without work the thread ends, and its memory is free. */
const IDLE_MS = 30_000;

/**
 * Finds what is impossible about geometries in themselves. Large polygons, and many, are looked at on a thread of their own, one
 * request after the other, so that nobody else has to wait for them.
 */
@Injectable()
export class GeometryChecker implements OnModuleDestroy {
  private pool: Tinypool | undefined;

  /** Faults that a content's geometry has in itself, wherever it lies; pointers begin with its kind. */
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
    return sets.map((set) => {
      const part = found.slice(at, (at += set.length));
      return set.flatMap((content, place) => faultsIn(content, part[place], inAnnotations(place)));
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool?.destroy();
  }

  private async faultsOfAll(
    contents: readonly AnnotationContent[],
    pathOf: (place: number) => Path,
  ): Promise<Fault[]> {
    const found = await this.findAll(contents);
    return contents.flatMap((content, place) => faultsIn(content, found[place], pathOf(place)));
  }

  /** What is impossible about the polygon of each. */
  private async findAll(contents: readonly AnnotationContent[]): Promise<GeometryFault[][]> {
    const polygons = contents.map(({ polygon }) => polygon);
    const points = polygons.reduce((sum, polygon) => sum + pointCount(polygon), 0);
    return points > MOST_POINTS_HERE ? this.elsewhere(polygons) : polygons.map(faultsOfPolygon);
  }

  private async elsewhere(polygons: readonly (Polygon | null)[]): Promise<GeometryFault[][]> {
    this.pool ??= new Tinypool({
      filename: new URL('./geometry/geometry-worker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
    const points = packed(polygons);
    const { coordinates, counts, ringCounts } = points;
    return (await this.pool.run(points, {
      transferList: [coordinates.buffer, counts.buffer, ringCounts.buffer],
    })) as ReturnType<typeof faultsOfEach>;
  }
}

/** @param ofPolygon what was found about its polygon */
function faultsIn(
  content: AnnotationContent,
  ofPolygon: readonly GeometryFault[] | undefined,
  path: Path,
): Fault[] {
  return [
    ...toFaults(ofPolygon ?? [], [...path, 'polygon']),
    ...toFaults(ownFaultsOf(content), path),
  ];
}

function pointCount(polygon: Polygon | null): number {
  return polygon ? ringsOf(polygon).reduce((sum, { length }) => sum + length, 0) : 0;
}

const inAnnotations = inList('annotations');

function inList(name: string): (place: number) => Path {
  return (place) => [name, place];
}
