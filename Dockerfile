FROM node:24-bookworm-slim AS build
WORKDIR /app
# .npmrc keeps install scripts from running: no package here needs its own, and one of them downloads GPU parts.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY commands ./commands
COPY models ./models
COPY plugins ./plugins
COPY src ./src
COPY tools/prune-build.js ./tools/
COPY workers ./workers
RUN npm run build && npm run models

FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm run install:production && npm cache clean --force
COPY --from=build /app/dist ./dist
COPY --from=build /app/models/*.onnx ./models/
RUN mkdir face_data && chown node:node face_data
ENV FACE_DATA_DIR=/app/face_data LOG_FILE=off
VOLUME /app/face_data
EXPOSE 5000
USER node
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "require(process.env.TLS_CERT_FILE ? 'https' : 'http').get({ port: process.env.PORT || process.env.FLASK_PORT || 5000, host: '127.0.0.1', path: '/health/ready', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Without npm in between, so that signals reach the server.
CMD ["node", "dist/src/cluster.js"]
