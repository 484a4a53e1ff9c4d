"""How the stand-in's pages look."""

STYLE = """
:root { color-scheme: light; --ink: #1c1b2e; --soft: #5d5b73; --line: #d9d7e4; --act: #4b3fb5 }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: #f5f4fa }
a { color: var(--act) }
h1 { font-size: 1.25rem; margin: 1rem 0 0 } h2 { font-size: 1.1rem; margin: 0 0 1rem }
.notice { margin: 0; padding: .5rem 1rem; text-align: center; background: #ffe9a8; color: #4d3b00 }
.checkout { display: grid; gap: 2rem; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
@media (min-width: 48rem) { .checkout { grid-template-columns: 1fr 1fr } }
.card { background: #fff; border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem }
main.card { max-width: 40rem; margin: 2rem auto } main.wide { max-width: 76rem }
.wide h2 { margin: 2rem 0 .5rem }
.total { font-size: 2.25rem; font-weight: 700; margin: 0 0 1rem }
.lines { list-style: none; margin: 0; padding: 0 }
.lines li, dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0 }
.lines li { border-bottom: 1px solid var(--line) }
dl { margin: .5rem 0 } dd { margin: 0 } .due { font-weight: 700; border-top: 2px solid var(--line) }
.code { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
.code label { flex-basis: 100% }
input, select { font: inherit; padding: .5rem; border: 1px solid #8a88a0; border-radius: .4rem }
button { font: inherit; padding: .5rem .9rem; border: 1px solid #8a88a0; border-radius: .4rem;
  background: #fff; color: var(--ink); cursor: pointer; min-height: 2.75rem }
button:hover { background: #efedf8 }
button.primary { width: 100%; background: var(--act); border-color: var(--act); color: #fff;
  font-weight: 700 }
button.primary:hover { background: #3a3091 } button.other { width: 100% }
:focus-visible { outline: 3px solid #1c7ed6; outline-offset: 2px }
.hint { margin: .25rem 0 1rem; color: var(--soft); font-size: .9rem }
.alert { background: #ffe3e3; color: #8a0f0f; padding: .75rem; border-radius: .4rem;
  margin: 0 0 1rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line) }
td form { display: inline } td button { padding: .2rem .5rem; min-height: 1.75rem }
code { font-size: .85em; overflow-wrap: anywhere }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end }
"""
