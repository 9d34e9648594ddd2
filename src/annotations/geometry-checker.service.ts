import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Tinypool } from 'tinypool';
import type { Fault } from '../errors/domain-error.js';
import type { AnnotationContent } from './annotation.js';
import { type Path, toFaults } from './annotation-geometry.js';
import type faultsOfEach from './geometry/geometry-worker.js';
import type { repairsOfEach } from './geometry/geometry-worker.js';
import { packed } from './geometry/packed-points.js';
import { ownFaultsOf } from './geometry/kind-faults.js';
import { type Polygon, ringsOf } from './geometry/polygon.js';
import { faultsOfPolygon, type PictureSize } from './geometry/polygon-geometry.js';
import { clampedGeometry } from './geometry/repair/geometry-repair.js';
import { type GeometryRepair, type Repaired, repairOf } from './geometry/repair/polygon-repair.js';
import type { GeometryFault } from './geometry/shape-faults.js';

/** So many points are checked in less time than another thread takes to be told of them, about 2 ms. */
const MOST_POINTS_HERE = 2_000;
/** After so long without work the thread ends, and its memory is free. */
const IDLE_MS = 30_000;

/**
 * Finds what is impossible about geometries in themselves, and repairs it on request. Large polygons, and many, are looked at on a thread of their own, one
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

  /**
   * Contents whose geometries are repaired as far as they can be, and what was done to each; paths begin with the kind.
   * @param size of the picture, to which what is just outside is moved
   */
  async repaired<T extends AnnotationContent>(
    contents: readonly T[],
    size: PictureSize | undefined,
  ): Promise<{ content: T; repairs: GeometryRepair[] }[]> {
    const polygons = contents.map(({ polygon }) => polygon);
    const repaired = areMany(polygons)
      ? await this.repairElsewhere(polygons, size)
      : polygons.map((polygon) => repairOf(polygon, size));
    return contents.map((content, place) => {
      const { geometry, repairs } = repaired[place] ?? {};
      if (!geometry || !repairs) {
        const other = clampedGeometry(content, size);
        return { content: other.geometry, repairs: [...other.repairs] };
      }
      const ofPolygon = repairs.map((repair) => ({ ...repair, path: ['polygon', ...repair.path] }));
      return { content: { ...content, polygon: geometry }, repairs: ofPolygon };
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
    return areMany(polygons) ? this.elsewhere(polygons) : polygons.map(faultsOfPolygon);
  }

  private async elsewhere(polygons: readonly (Polygon | null)[]): Promise<GeometryFault[][]> {
    const points = packed(polygons);
    const transferList = buffersOf(points);
    return (await this.thread.run(points, { transferList })) as ReturnType<typeof faultsOfEach>;
  }

  private async repairElsewhere(
    polygons: readonly (Polygon | null)[],
    size: PictureSize | undefined,
  ): Promise<(Repaired<Polygon> | undefined)[]> {
    const points = packed(polygons);
    return (await this.thread.run(
      { packed: points, size },
      { name: 'repairsOfEach', transferList: buffersOf(points) },
    )) as ReturnType<typeof repairsOfEach>;
  }

  private get thread(): Tinypool {
    this.pool ??= new Tinypool({
      filename: new URL('./geometry/geometry-worker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
    return this.pool;
  }
}

function buffersOf({ coordinates, counts, ringCounts }: ReturnType<typeof packed>) {
  return [coordinates.buffer, counts.buffer, ringCounts.buffer];
}

function areMany(polygons: readonly (Polygon | null)[]): boolean {
  return polygons.reduce((sum, polygon) => sum + pointCount(polygon), 0) > MOST_POINTS_HERE;
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
