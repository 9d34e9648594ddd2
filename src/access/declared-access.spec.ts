import 'reflect-metadata';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { DeclaredAccess } from './declared-access.js';
import { Public, Requires } from './requires.decorator.js';

@Controller('spoken')
class SpokenController {
  @Get('public')
  @Public()
  readPublic(): string {
    return 'for everybody';
  }

  @Get('role')
  @Requires('viewer')
  readRole(): string {
    return 'for viewers';
  }

  /** No route, and so nothing to be said. */
  help(): string {
    return 'for the two above';
  }
}

@Controller('silent')
class SilentController {
  @Get()
  readAnything(): string {
    return 'for whom?';
  }
}

describe('DeclaredAccess', () => {
  it('lets a service start whose every route says who may call it', async () => {
    await expect(start(SpokenController)).resolves.toBeUndefined();
  });

  it('keeps a service from starting that has a route which does not, and names the route', async () => {
    await expect(start(SpokenController, SilentController)).rejects.toThrow(
      'These routes do not say who may call them (@Requires): SilentController.readAnything',
    );
  });
});

async function start(...controllers: Type[]): Promise<void> {
  @Module({ imports: [DiscoveryModule], controllers, providers: [DeclaredAccess] })
  class Service {}

  const app = await NestFactory.create(Service, { logger: false, abortOnError: false });
  try {
    await app.init();
  } finally {
    await app.close();
  }
}
