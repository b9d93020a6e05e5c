import { Module } from '@nestjs/common';
import { KeyBook } from './key-book.js';

@Module({ providers: [KeyBook], exports: [KeyBook] })
export class ApplicationsModule {}
