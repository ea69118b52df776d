// Compares what mortem found with what was planted.
//
// The main finding is the first that is a leak or a warning. Where only an info is expected, it is that info, and
// nothing may be worse. A minifier leaves one to three letters of a variable, which are right in the right script.
const minified = name => /^[\w$]{1,3}$/.test(name ?? '')

// The words of the table, from the best to the worst.
const WORDS = { ok: 'ok', level: 'LEVEL', place: 'PLACE', missed: 'MISSED', false: 'FALSE', failed: 'FAILED' }

function rightPlace(expect, { variable, script }) {
  if (!expect.variable) return true
  if (expect.variable.some(name => variable?.includes(name))) return true
  return minified(variable?.split('.').pop()) && (!script || expect.scripts.some(right => script.endsWith(right)))
}

function verdictOf(expect, alarms, main) {
  if (!expect.rules.length) return alarms.length ? 'false' : 'ok'
  if (!main || !expect.rules.includes(main.rule) || (expect.level === 'info' && alarms.length)) return 'missed'
  if (!rightPlace(expect, main)) return 'place'
  return main.severity === expect.level ? 'ok' : 'level'
}

const describe = finding =>
  finding ? [finding.severity, finding.rule, finding.variable, finding.entries].filter(Boolean).join(' ') : 'nothing'

// EXPECT is what the lab wrote of a snapshot, FINDINGS the list of mortem's JSON.
function judge(expect, findings) {
  const alarms = findings.filter(finding => finding.severity !== 'info')
  const main = alarms[0] ?? findings.find(finding => expect.rules.includes(finding.rule))
  const verdict = verdictOf(expect, alarms, main)
  const besides = alarms.filter(finding => finding !== main).map(describe)
  const wanted = [expect.level, expect.rules.join('|'), expect.variable?.[0]].filter(Boolean).join(' ')
  const text = `${WORDS[verdict].padEnd(7)}${expect.app} ${expect.leak}: ${wanted}; found ${describe(main)}`
  const lines = [text, ...besides.map(also => `       and ${also}`)]
  return { ...expect, verdict, alarms: alarms.length, text: lines.join('\n') }
}

function failed(app, leak, error) {
  return { app, leak, verdict: 'failed', text: `${WORDS.failed.padEnd(7)}${app} ${leak}: ${error.message}` }
}

const share = (part, whole) => `${whole ? Math.round((100 * part) / whole) : '-'} %`

// The last lines of the matrix.
function total(verdicts) {
  const made = verdicts.filter(v => v.verdict !== 'failed')
  const planted = made.filter(v => v.rules.length)
  const healthy = made.filter(v => !v.rules.length)
  const found = planted.filter(v => v.verdict !== 'missed')
  const named = found.filter(v => v.variable)
  const sum = list => list.reduce((n, v) => n + v.alarms, 0)
  const right = found.filter(v => v.level !== 'info').length
  const count = (list, verdict) => list.filter(v => v.verdict === verdict).length
  const quiet = count(healthy, 'ok')
  const lines = [
    ['recall', share(found.length, planted.length), `${found.length} of ${planted.length} leaks are the main finding`],
    ['precision', share(right, sum(made)), `${right} of ${sum(made)} leaks and warnings are what was planted`],
    ['place', share(named.length - count(named, 'place'), named.length), 'the right variable and script, if it has one'],
    ['level', share(found.length - count(found, 'level'), found.length), 'as bad as expected'],
    ['healthy', share(quiet, healthy.length), `${quiet} of ${healthy.length} without a leak or a warning`],
  ]
  if (made.length < verdicts.length) lines.push(['failed', verdicts.length - made.length, 'could not be made'])
  return lines.map(([what, figure, words]) => `${what.padEnd(11)}${String(figure).padStart(5)}  ${words}`).join('\n')
}

module.exports = { judge, failed, total }
