// Rendered on the first visit, then kept by the incremental cache (App Router).
import board from '../../../board'

export const revalidate = 3600

export function generateStaticParams() {
  return []
}

export default async function Stop({ params }) {
  const { id } = await params
  return (
    <ul>
      {board(id, 60).trains.map(train => (
        <li key={train.train}>{train.leaves}</li>
      ))}
    </ul>
  )
}
