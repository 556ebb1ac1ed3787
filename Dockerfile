FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional

FROM node:24-bookworm-slim
WORKDIR /app

ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/home/node/compile-cache

COPY --from=dependencies /app/node_modules node_modules
COPY package.json openapi.yaml ./
COPY migrations migrations
COPY src src

USER node
# Without a database each command stops as soon as it has loaded, with status 1. That fills the cache of compiled code, which halves
# the time that a process takes to start. As the user that will read it.
RUN for command in migrate server worker; do node src/cli.ts $command || [ $? -eq 1 ] || exit 1; done

EXPOSE 8000 8001
STOPSIGNAL SIGTERM

# server and worker answer on the health port. migrate has none and may run for long: it is healthy while it runs, so that no
# supervisor stops it half-way. The command is read from process 1, under `docker run --init` too.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["node", "-e", "\
  const migrating = /\\0m(igrate)?\\0/.test(fs.readFileSync('/proc/1/cmdline', 'utf8')); \
  const port = process.env.POSTMAND_HEALTH_CHECK_HTTP_PORT || 8001; \
  if (!migrating) fetch(`http://127.0.0.1:${port}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1)); \
"]

ENTRYPOINT ["node", "src/cli.ts"]
CMD ["--help"]
