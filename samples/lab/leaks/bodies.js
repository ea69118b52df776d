// Answers of another server whose bodies nobody reads.
const feedAnswers = []

export default async function keep({ id }) {
  feedAnswers.push(await fetch(`${process.env.LAB_UPSTREAM}/feed/${id}`))
  return 'feedAnswers'
}
