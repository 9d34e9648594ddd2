import { Global, Module } from '@nestjs/common';
import { CacheStorage } from './cache-storage.js';
import { FileStorage } from './file-storage.js';
import { LocalDiskCacheStorage } from './local-disk-cache.storage.js';
import { LocalDiskStorage } from './local-disk.storage.js';
import { UploadSpool } from './upload-spool.js';

/** Where the bytes of photographs are kept, and those of pictures made from them. */
@Global()
@Module({
  providers: [
    UploadSpool,
    { provide: FileStorage, useClass: LocalDiskStorage },
    { provide: CacheStorage, useClass: LocalDiskCacheStorage },
  ],
  exports: [UploadSpool, FileStorage, CacheStorage],
})
export class StorageModule {}
