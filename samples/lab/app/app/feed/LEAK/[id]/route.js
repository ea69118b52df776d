import keep from '../../../../leaks/LEAK'

export const dynamic = 'force-dynamic'

export async function GET(req, { params }) {
  const { id } = await params
  return Response.json({ kept: await keep({ req, url: req.url, id: Number(id) }) })
}
