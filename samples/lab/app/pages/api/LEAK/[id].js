import keep from '../../../leaks/LEAK'

export default async function handler(req, res) {
  const kept = await keep({ req, res, url: req.url, id: Number(req.query.id) })
  if (!res.headersSent) res.json({ kept })
}
