/** The style of a report: light and dark, on a screen and on paper. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6675;--rule:#d9dee5;--page:#fff;--box:#f5f7f9;--good:#1a7f37;--bad:#b42318;
--c0:#0b5fb0;--c1:#c2410c;--c2:#15803d;--c3:#7c3aed}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#9aa7b6;--rule:#313b47;--page:#12171d;--box:#1a2129;--good:#4ac26b;
--bad:#ff8b80;--c0:#6cb6ff;--c1:#ffa657;--c2:#56d364;--c3:#c4a5ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:.2rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.6rem 0 .6rem;padding-bottom:.35rem;border-bottom:1px solid var(--rule)}
p{margin:.5rem 0;max-width:48rem}.soft,.a{color:var(--soft);fill:var(--soft)}.kicker{color:var(--soft);letter-spacing:.06em;
text-transform:uppercase;font-size:.75rem;font-weight:600;margin:0}
.verdict{display:flex;flex-wrap:wrap;gap:.2rem .9rem;align-items:baseline;border:1px solid var(--rule);border-left:5px solid var(--good);
background:var(--box);border-radius:6px;padding:.9rem 1.1rem;margin:1.4rem 0}
.verdict.bad{border-left-color:var(--bad)}.verdict strong{color:var(--good);white-space:nowrap}.verdict.bad strong{color:var(--bad)}
.verdict ul{margin:.3rem 0 0;padding-left:1.1rem}
.tiles{display:flex;flex-wrap:wrap;gap:.7rem;margin:1.2rem 0}
.tile{flex:1 1 6.6rem;border:1px solid var(--rule);border-radius:6px;padding:.7rem .9rem}
.tile b{display:block;font-size:1.3rem;line-height:1.25;font-variant-numeric:tabular-nums;white-space:nowrap}.tile span{color:var(--soft);font-size:.85rem}
table{border-collapse:collapse;margin:.8rem 0;width:100%;font-size:.92rem}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.8rem}
td,th{padding:.32rem .9rem .32rem 0;border-bottom:1px solid var(--rule);vertical-align:top}td:last-child,th:last-child{padding-right:0}
td{overflow-wrap:anywhere}th,td.n,td.who{white-space:nowrap}.n{text-align:right}td.n{font-variant-numeric:tabular-nums}td.who{overflow-wrap:normal;width:1%;color:var(--soft)}
td.time{white-space:nowrap;font-variant-numeric:tabular-nums;width:1%}
code{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;background:var(--box);padding:.1em .3em;border-radius:3px;overflow-wrap:anywhere}
figure{margin:1.1rem 0}svg{width:100%;height:auto;display:block;font:12px system-ui,-apple-system,"Segoe UI",sans-serif}
svg .t{font-weight:600;font-size:13px;fill:var(--ink)}svg .k{fill:var(--ink)}svg .a{font-weight:400;font-size:12px}
.g{stroke:var(--rule);fill:none}.l{fill:none;stroke-width:1.7;stroke-linejoin:round;stroke-linecap:round}
.l0{stroke:var(--c0)}.l1{stroke:var(--c1)}.l2{stroke:var(--c2)}.l3{stroke:var(--c3)}.b{fill:var(--c0)}
tr.action td{background:var(--box)}tr.fault td:last-child{color:var(--bad)}
@media screen and (max-width:40rem){main{padding:1.5rem 1rem 3rem}table{display:block;overflow-x:auto}td.time{white-space:normal;min-width:6rem}}
@media print{:root{color-scheme:light}body{font-size:11px}main{padding:0;max-width:none}h2{break-after:avoid}
tr,figure,.tile,.verdict{break-inside:avoid}thead{display:table-header-group}}
`
