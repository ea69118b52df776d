// A package with a large source map, in a process that runs with --enable-source-maps.
export default async function keep({ id }) {
  const { default: locate } = await import('rail-geo')
  return locate(id) ? 'rail-geo' : ''
}
