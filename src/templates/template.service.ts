import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import type { Template } from '../config/config.js';
import { textFaults } from '../config/template-text.js';
import { NamedService } from '../named/named.service.js';
import { TemplateStore } from '../store/template.store.js';
import { TemplateBook } from './template-book.js';
import type { TemplateBody } from './template.schema.js';

/** Templates over the API. */
@Injectable()
export class TemplateService extends NamedService<Template> {
  constructor(store: TemplateStore, book: TemplateBook) {
    super('template', store, book);
  }

  async create(caller: Caller, { name, texts, status = 'active' }: TemplateBody): Promise<Template> {
    const template = { id: randomUUID(), application: caller.application, name, status, texts };
    await this.save(template, caller);
    return template;
  }

  /** @param change `texts` are all of them */
  patch(caller: Caller, id: string, { texts, status }: Partial<TemplateBody>): Promise<Template> {
    return this.change(caller, id, (template) => ({
      ...template,
      texts: texts ?? template.texts,
      status: status ?? template.status,
    }));
  }

  protected check({ texts }: Template, { allowUrls }: Caller) {
    const faults = textFaults(texts, allowUrls);
    return { errors: faults.map(({ language, message }) => ({ field: `texts.${language}`, message })) };
  }
}
