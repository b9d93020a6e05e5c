import { Module } from '@nestjs/common';
import { ApplicationStore } from './application.store.js';
import { CallStore } from './call.store.js';
import { Changes } from './changes.js';
import { DeliveryStore } from './delivery.store.js';
import { ErasureStore } from './erasure.store.js';
import { EntryStore } from './entry.store.js';
import { EventReader } from './event-reader.store.js';
import { EventStore } from './event.store.js';
import { GuardSettingsStore } from './guard-settings.store.js';
import { GuardStore } from './guard.store.js';
import { KeyStore } from './key.store.js';
import { LedgerStore } from './ledger.store.js';
import { PepperStore } from './pepper.store.js';
import { ProfileStore } from './profile.store.js';
import { ReceiptStore } from './receipt.store.js';
import { RequestRateStore } from './request-rate.store.js';
import { RuleStore } from './rule.store.js';
import { SearchStore } from './search.store.js';
import { SettingsStore } from './settings.store.js';
import { TemplateStore } from './template.store.js';
import { VerificationStore } from './verification.store.js';
import { WebhookHistoryStore } from './webhook-history.store.js';
import { WebhookQueueStore } from './webhook-queue.store.js';
import { WebhookStore } from './webhook.store.js';

const stores = [
  ApplicationStore,
  CallStore,
  Changes,
  DeliveryStore,
  ErasureStore,
  EntryStore,
  EventReader,
  EventStore,
  GuardSettingsStore,
  GuardStore,
  KeyStore,
  LedgerStore,
  PepperStore,
  ProfileStore,
  ReceiptStore,
  RequestRateStore,
  RuleStore,
  SearchStore,
  SettingsStore,
  TemplateStore,
  VerificationStore,
  WebhookHistoryStore,
  WebhookQueueStore,
  WebhookStore,
];

@Module({ providers: stores, exports: stores })
export class StoreModule {}
