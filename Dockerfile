# syntax=docker/dockerfile:1

# Node 26 is the Active LTS line since October 2026 (24 is in maintenance); Debian slim, because the
# prebuilt sharp (libvips) is made for glibc. scripts/check-image.mjs runs this file without Docker.

FROM node:26-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ormconfig.ts ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY src ./src
RUN npm run build

FROM node:26-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

FROM node:26-trixie-slim
WORKDIR /app
# The only folder the service writes to. A volume begins with this owner.
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# AUTH is left out on purpose: a service that listens for others does not start before it is decided.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
# As scripts/runtime.mjs has them: threads for decodes and files (DECODES + 4 is enough), memory kept small.
ENV UV_THREADPOOL_SIZE=16 MALLOC_ARENA_MAX=1
USER node
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "--heap-growing-percent=30", "--min-semi-space-size=16", "--max-semi-space-size=16", "--no-parallel-scavenge", "dist/src/main.js"]
