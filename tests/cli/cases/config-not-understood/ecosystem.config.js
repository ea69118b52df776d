module.exports = {
  apps: [{
    script: 'server.js',
    max_memory_restart: process.env.LIMIT || '1G',
    node_args: `--max-old-space-size=${heap}`,
  }],
}
