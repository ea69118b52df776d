// Every leak of the lab, one row each: what is planted and what mortem must say about it.
//
//   rules      ids one of which has to be the main finding, the best first; none: nothing may be found
//   level      leak, warn or info, of the main finding; none
//   variable   the names in the source that are right for what holds it; left out: any
//   in         where a Next.js app does it: page (getServerSideProps), api, route, board (server component)
//   load       how many requests to where the leak is, left out: 400; or [address, requests]..., where # is the number
//   only       next or plain: where it can be done at all
//   config     (version) => next.config.js
//   flags      for node
//   affected   (version) => the version has the leak; otherwise nothing may be found
const { atLeast } = require('./versions')

const row = (rules, level, variable, more) => ({
  rules: [].concat(rules),
  level,
  variable: variable && [].concat(variable),
  in: 'page',
  ...more,
})
const collection = (variable, more) => row('module-collection', 'leak', variable, more)

const isr = count => [
  ['/line/#', count],
  ['/stop/#', count / 2],
]
const handler = (file, version) =>
  atLeast(version, '14.1')
    ? { cacheHandler: file, cacheMaxMemorySize: 0 }
    : { experimental: { incrementalCacheHandlerPath: file, isrMemoryCacheSize: 0 } }

module.exports = {
  healthy: row([], 'none', null, {
    in: ['page', 'api', 'route', 'board'],
    load: [
      ...['trip', 'api', 'feed', 'board'].map(place => [`/${place}/healthy/#`, 400]),
      ...isr(60),
      ['/_next/image?url=%2Fphoto.png&w=#&q=75', 8],
      ['/nowhere/#', 100],
    ],
  }),
  none: row([], 'none', null, { in: 'api' }),

  map: collection('timetables'),
  set: collection('boardedTickets', { in: 'api' }),
  array: collection('auditTrail', { in: 'board' }),
  object: collection('faresByPair', { in: 'route' }),
  global: collection('__seatLocks', { in: 'api' }),
  static: collection('wagonsOnSite', { in: 'route' }),
  singleton: collection('ordersGiven'),
  memoize: collection(['alreadyKnown', 'connections'], { in: 'board' }),
  nested: collection('boardsByDay'),
  list: collection('newestReport'),
  'endless-lru': collection(['recentTrips', 'store'], { in: 'api' }),
  package: collection('unsentSpans'),
  'package-esm': collection('journalLines'),

  requests: row(['request-retention'], 'leak', 'departures'),
  'requests-closure': row(['request-retention', 'closure-flood'], 'leak', 'afterwards', { in: 'api' }),
  'requests-map': row(['request-retention'], 'leak', 'passengerOf'),
  'requests-web': row(['request-retention', 'module-collection'], 'leak', 'asked', { in: 'route', only: 'next' }),
  interval: row(['timer-leak'], 'leak', null),
  timeout: row(['timer-leak'], 'leak', null, { in: 'api' }),
  listener: row(['listener-leak'], 'leak', ['delays', 'late']),
  abort: row(['listener-leak'], 'leak', ['closing', 'abort'], { in: 'api' }),
  promise: row(['pending-promises'], 'leak', 'closedGates'),
  race: row(['pending-promises'], 'leak', 'shutdownBegins', { in: 'api' }),
  bodies: row(['unread-bodies'], 'leak', 'feedAnswers', { in: 'api' }),
  clone: row(['unread-bodies'], 'leak', 'unreadCopies', { in: 'route' }),
  posters: row(['image-buffers'], 'leak', 'postersDrawn', { in: 'api' }),
  slices: row(['image-buffers'], 'leak', 'imageHeaders', { in: 'api' }),
  closures: row(['closure-flood'], 'leak', 'seatRules'),
  als: row(['als-retention', 'request-retention', 'timer-leak'], 'leak', null),
  'als-promise': row(['als-retention', 'pending-promises'], 'leak', ['undelivered', 'baggage'], { in: 'api' }),
  contexts: row(['detached-contexts'], 'leak', 'templateRealms', { in: 'api', load: 100 }),
  workers: row(['detached-contexts'], 'leak', null, { in: 'api', load: 30 }),
  duplicates: row(['duplicate-strings', 'module-collection'], 'leak', 'noticesByOperator', { load: 300 }),
  journal: row(['large-string'], 'leak', 'journalText', { in: 'api' }),
  tokens: row(['large-string'], 'leak', 'bookingCodes'),
  maps: row(['source-maps-retained'], 'warn', null, { in: 'api', flags: ['--enable-source-maps'], load: 20 }),

  'isr-class': row('isr-cache', 'leak', 'rendered', {
    only: 'next',
    load: isr(400),
    config: version => handler('class.js', version),
  }),
  'isr-object': row('isr-cache', 'leak', 'shelf', {
    only: 'next',
    load: isr(400),
    config: version => handler('object.js', version),
  }),
  'isr-bounded': row([], 'none', null, {
    only: 'next',
    load: isr(400),
    config: version => handler('bounded.js', version),
  }),
  'isr-lru': row('isr-cache', 'info', null, { only: 'next', load: isr(400) }),
  'config-unit': row('isr-config', 'warn', null, {
    only: 'next',
    load: isr(100),
    config: version =>
      atLeast(version, '14.1') ? { cacheMaxMemorySize: 50 } : { experimental: { isrMemoryCacheSize: 50 } },
  }),
  'config-key': row('isr-config', 'warn', null, {
    only: 'next',
    load: isr(100),
    config: version =>
      atLeast(version, '14.1')
        ? { experimental: { isrMemoryCacheSize: 20 << 20 } }
        : { cacheMaxMemorySize: 20 << 20 },
  }),
  'not-found': row('next-known-leak', 'leak', null, {
    only: 'next',
    load: [['/nowhere/#', 12000]],
    affected: version =>
      (atLeast(version, '15.5') && !atLeast(version, '15.5.11')) ||
      (atLeast(version, '16') && !atLeast(version, '16.2')),
  }),
}
