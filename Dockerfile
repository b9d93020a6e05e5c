# The service alone: production dependencies, no package manager's cache, no shell needed, not root, nothing written.
# Any Debian image with Node ≥ 20.19 will do: give NODE_IMAGE a newer one, or your mirror's with its digest.
ARG NODE_IMAGE=docker.io/library/node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src ./src
# TypeScript is an optional peer of Nest's OpenAPI plugin for compilers, so pruning keeps it; nothing loads it at run time.
# And the service's user must be able to read it all, whatever umask the checkout had.
RUN npm run build \
  && npm run --silent sbom > sbom.cdx.json \
  && npm prune --omit=dev --ignore-scripts \
  && rm -r node_modules/typescript node_modules/.bin \
  && chmod -R a+rX .

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/sbom.cdx.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER 10001:10001
EXPOSE 3000
# Mount the YAML file here, and give PASSLANE_SECRET and REDIS_URL in the environment.
ENV PASSLANE_CONFIG=/etc/passlane/passlane.yaml
# Alive, not ready: a restart does not bring a Redis back.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT||3000}/health/live`).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Of the base image, and a shell script.
ENTRYPOINT []
CMD ["node", "--enable-source-maps", "dist/main.js"]
