import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ClusterMetrics } from '../process/cluster-metrics.js';
import { Metrics } from '../shared/metrics.js';
import { Gauges } from './gauges.js';

/** Prometheus reads it here: what all processes of `PASSLANE_PROCESSES` have counted, whichever of them answers. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  private readonly all: ClusterMetrics;

  constructor(metrics: Metrics, gauges: Gauges) {
    this.all = new ClusterMetrics(metrics.registry, () => gauges.refresh());
  }

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.all.read();
  }
}
