module.exports = {
  apps: [{
    name: 'shop',
    script: 'server.js',
    max_memory_restart: '260M',
  }],
}
