import live from '../../leaks/live'

export default function handler(req, res) {
  live({ req, res })
}
