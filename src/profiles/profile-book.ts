import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, type Profile } from '../config/config.js';
import { NamedBook } from '../named/named-book.js';
import { Changes } from '../store/changes.js';
import { ProfileStore } from '../store/profile.store.js';

/** The profiles that starts may name. */
@Injectable()
export class ProfileBook extends NamedBook<Profile> {
  constructor(@Inject(CONFIG) { profiles }: Config, store: ProfileStore, changes: Changes) {
    super(profiles, store, changes);
  }
}
