// Every operator has its own copy of the same dictionary, parsed again.
const text = JSON.stringify(
  Object.fromEntries(
    Array.from({ length: 150 }, (_, i) => [`notice.${i}`, `Notice ${i}: `.padEnd(300, 'mind the gap. ')])
  )
)
const noticesByOperator = new Map()

export default function keep({ id }) {
  noticesByOperator.set(`operator-${id}`, JSON.parse(text))
  return 'noticesByOperator'
}
