// Rendered on the first visit, then kept by the incremental cache (Pages Router).
import board from '../../board'

export function getStaticPaths() {
  return { paths: [], fallback: 'blocking' }
}

export function getStaticProps({ params }) {
  return { props: board(params.id), revalidate: 3600 }
}

export default function Line({ station, trains }) {
  return (
    <main>
      <h1>{station}</h1>
      {trains.map(train => (
        <p key={train.train}>
          {train.leaves} {train.via}
        </p>
      ))}
    </main>
  )
}
