FROM node:24-slim AS packages
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# Optional packages are a Node for machines that lack this one.
RUN npx -y pnpm@10 install --prod --frozen-lockfile --no-optional

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json knexfile.ts LICENSE ./
COPY migrations migrations
COPY src src
USER node
CMD ["node", "src/main.ts"]
