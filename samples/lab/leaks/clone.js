// Reads the answer and keeps a copy "for debugging": the copy's body fills a queue.
const unreadCopies = new Map()

export default async function keep({ id }) {
  const answer = await fetch(`${process.env.LAB_UPSTREAM}/feed/${id}`, { cache: 'no-store' })
  unreadCopies.set(`feed-${id}`, answer.clone())
  await answer.text()
  return 'unreadCopies'
}
