import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, type Template } from '../config/config.js';
import { NamedBook } from '../named/named-book.js';
import { Changes } from '../store/changes.js';
import { TemplateStore } from '../store/template.store.js';

/** The templates that plans may name. */
@Injectable()
export class TemplateBook extends NamedBook<Template> {
  constructor(@Inject(CONFIG) { templates }: Config, store: TemplateStore, changes: Changes) {
    super(templates, store, changes);
  }
}
