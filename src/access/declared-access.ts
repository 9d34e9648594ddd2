import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { REQUIREMENT } from './requires.decorator.js';

/** Keeps the service from starting while a route does not say who may call it. */
@Injectable()
export class DeclaredAccess implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const silent = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .map((name) => ({ name, handler: prototype[name] }))
        .filter(({ handler }) => handler && Reflect.hasMetadata(PATH_METADATA, handler))
        .filter(
          ({ handler }) =>
            !this.reflector.getAllAndOverride(REQUIREMENT, [
              handler ?? onModuleInit,
              metatype ?? Object,
            ]),
        )
        .map(({ name }) => `${metatype?.name ?? ''}.${name}`);
    });
    if (silent.length > 0)
      throw new Error(
        `These routes do not say who may call them (@Requires): ${silent.join(', ')}`,
      );
  }
}

const onModuleInit = () => undefined;
