import keep from '../../../../leaks/LEAK'

export const dynamic = 'force-dynamic'

export default async function Board({ params }) {
  const { id } = await params
  const kept = await keep({ req: {}, url: `/board/LEAK/${id}`, id: Number(id) })
  return (
    <p>
      Board {id}: {kept}
    </p>
  )
}
