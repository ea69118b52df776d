import keep from '../../../leaks/LEAK'

export async function getServerSideProps({ req, res, params }) {
  const kept = await keep({ req, res, url: req.url, id: Number(params.id) })
  return { props: { kept, id: params.id } }
}

export default function Trip({ id, kept }) {
  return (
    <p>
      Trip {id}: {kept}
    </p>
  )
}
