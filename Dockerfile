# Two images from one build: `app` runs gateways, workers and the command line, `door` is OpenResty with the funnel.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && node dist/stack/container-door.js && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim AS app
# For the certificate for development.
RUN apt-get update && apt-get install -y --no-install-recommends openssl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/web/dist web/dist
COPY --from=build /app/lua/redis lua/redis
COPY --from=build /app/sql sql
COPY --from=build /app/benchmarks/results benchmarks/results
COPY --from=build /app/sandbox/pay-page.css sandbox/
# The folders that volumes are mounted on take their owner from here.
RUN install -d -o node -g node /var/sluice/www /var/sluice/rabbitmq /var/sluice/sandbox /var/sluice/tls /var/sluice/cdn
USER node

FROM openresty/openresty:1.27.1.2-bookworm AS door
COPY --from=build /app/nginx /app/nginx
COPY --from=build /app/lua/edge /app/lua/edge
COPY --from=build /var/sluice/nginx /var/sluice/nginx
COPY --from=build /var/sluice/shop /var/sluice/shop
CMD ["openresty", "-e", "/dev/stderr", "-c", "/var/sluice/nginx/nginx.conf"]
