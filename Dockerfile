FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# Optional packages are a Node for machines that lack this one.
RUN npx -y pnpm@10 install --prod --frozen-lockfile --no-optional

FROM node:24-trixie-slim
# Debian 13 brings PostgreSQL 17's programs, which back up this and every older server.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client zstd && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json knexfile.ts LICENSE ./
COPY migrations migrations
COPY src src
# The emergency journal's and the backups'; compose.yaml keeps both in volumes.
RUN install -d -o node -g node -m 700 state backups
USER node
# Without HEALTH_PORT there is nobody to ask.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["node", "-e", "const port = process.env.HEALTH_PORT; if (port) fetch('http://127.0.0.1:' + port + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
