const common = {
  instances: 2,
  exec_mode: 'cluster',
}

module.exports = {
  apps: [
    {
      name: 'shop',
      script: 'node_modules/next/dist/bin/next',
      args: 'start -p 3000',
      ...common,
      node_args: ['--max-old-space-size=1024'],
      max_memory_restart: '2G',
      env: { NODE_ENV: 'production', SESSION_SECRET: 'do not tell' },
    },
    {
      name: 'worker',
      script: './worker.js',
      ...common,
      max_memory_restart: 250,
      env: {
        NODE_OPTIONS: '--max-old-space-size=512',
      },
    },
  ],
}
