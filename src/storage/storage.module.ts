import { Global, Module } from '@nestjs/common';
import { FileStorage } from './file-storage.js';
import { LocalDiskStorage } from './local-disk.storage.js';
import { UploadSpool } from './upload-spool.js';

/** Where the bytes of photographs are kept. */
@Global()
@Module({
  providers: [UploadSpool, { provide: FileStorage, useClass: LocalDiskStorage }],
  exports: [UploadSpool, FileStorage],
})
export class StorageModule {}
