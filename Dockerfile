# CONTRIBUTING.md tells how the digest is kept up to date.
FROM node:24.21.0-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20 AS base
WORKDIR /app

FROM base AS dependencies
COPY package.json package-lock.json ./
# Source maps, types and READMEs are half of what npm installs, and nothing reads them. Licences
# stay, also those that stand in a README.
RUN npm ci --omit=dev --omit=optional && \
  find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.[cm]ts' \) -delete && \
  find node_modules -type f -name '*.md' ! -iname '*licen[cs]e*' ! -iname 'copying*' ! -iname 'notice*' \
    ! -exec grep -qiE 'permission is hereby granted|permission to use, copy|redistribution and use' {} \; -delete

FROM base
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/home/node/compile-cache

COPY --from=dependencies /app/node_modules node_modules
COPY package.json openapi.yaml ./
COPY migrations migrations
COPY src src

# The user `node`, by number: Kubernetes cannot tell of a name that it is not root (runAsNonRoot).
USER 1000
# Without a database each command stops as soon as it has loaded, and says so. That fills the cache
# of compiled code, which halves the time that a process takes to start, as the user that will read
# it. Whatever else a command says, such as that a package is missing, is a broken image, and so is
# a cache that nothing was written to.
RUN for command in migrate server worker; do \
    said=$(node src/postmand.js "$command" 2>&1); echo "$said"; \
    case $said in *'postmand: POSTMAND_DATABASE_URL is not set'*) ;; *) exit 1 ;; esac; \
  done && ls "$NODE_COMPILE_CACHE"/*/* >/dev/null

EXPOSE 8000 8001
STOPSIGNAL SIGTERM

# server and worker answer on the health port. migrate has none and may run for long: it is healthy while it runs, so that no
# supervisor stops it half-way. The command is read from process 1, under `docker run --init` too.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["node", "-e", "\
  const migrating = /\\0m(igrate)?\\0/.test(fs.readFileSync('/proc/1/cmdline', 'utf8')); \
  const { POSTMAND_HEALTH_CHECK_HTTP_HOST: host, POSTMAND_HEALTH_CHECK_HTTP_PORT: port } = process.env; \
  const place = host?.includes(':') ? `[${host}]` : host || '127.0.0.1'; \
  if (!migrating) fetch(`http://${place}:${port || 8001}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1)); \
"]

ENTRYPOINT ["node", "src/postmand.js"]
CMD ["--help"]
