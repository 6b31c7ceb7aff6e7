/** The page's one style sheet. No attribute of an element holds any style: the page's policy would refuse it. */
export const STYLE = `
:root{color-scheme:light dark;
--page:#f6f5f1;--card:#fff;--ink:#1b2128;--soft:#55606c;--line:#dedbd2;--faint:#efede6;
--blue:#1f5fae;--blue-soft:#bcd3ee;--grey:#8a939d;
--pass:#1b6b41;--pass-soft:#e3f2e8;--warn:#8a5200;--warn-soft:#fdf0d5;--fail:#b02a1e;--fail-soft:#fce8e5}
@media (prefers-color-scheme:dark){:root{
--page:#13161a;--card:#1b2026;--ink:#e9ebee;--soft:#a6b0bb;--line:#333b44;--faint:#252b32;
--blue:#7db3f5;--blue-soft:#2f4f78;--grey:#7f8a96;
--pass:#7fd3a2;--pass-soft:#16301f;--warn:#f0bf66;--warn-soft:#382a10;--fail:#ff9d92;--fail-soft:#43201c}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Ubuntu,"DejaVu Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.wrap{max-width:68rem;margin:0 auto;padding:0 1.25rem}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
a{color:var(--blue);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px;border-radius:3px}
header.wrap{padding-top:2.25rem}
.kicker{margin:0 0 .35rem;color:var(--soft);font-size:.875rem;letter-spacing:.01em}
h1{margin:0;font-size:clamp(1.5rem,1.1rem + 2vw,2.25rem);line-height:1.2;font-weight:680;letter-spacing:-.015em;overflow-wrap:anywhere;text-wrap:balance}
h2{margin:0 0 .35rem;font-size:1.375rem;line-height:1.25;font-weight:660;letter-spacing:-.01em}
h3{margin:1.75rem 0 .5rem;font-size:1.0625rem;line-height:1.35;font-weight:640}
p{margin:.35rem 0 .75rem;max-width:46rem}
.lead{color:var(--soft)}
.status{display:flex;gap:.75rem;align-items:center;margin:1.25rem 0 0;padding:.8rem 1rem;border-radius:10px;border:1px solid transparent;font-weight:600}
.status p{margin:0;max-width:none}
.status span{font-weight:400}
.pass{color:var(--pass);background:var(--pass-soft)}
.warn{color:var(--warn);background:var(--warn-soft)}
.fail{color:var(--fail);background:var(--fail-soft)}
.icon{width:1.375rem;height:1.375rem;flex:none}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:1.25rem 0 0;padding:.75rem 0 0;border-top:1px solid var(--line);font-size:.9375rem}
nav li{padding:.2rem 0}nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
main section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.5rem;margin:1.25rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1rem 1.5rem;margin:1rem 0 0;padding:0}
.tiles div{min-width:0}
.tiles dt{color:var(--soft);font-size:.875rem;display:flex;align-items:center;gap:.45rem}
.tiles dd{margin:.1rem 0 0;font-size:1.75rem;line-height:1.15;font-weight:640;letter-spacing:-.02em}
.tiles dd small{display:block;font-size:.8125rem;font-weight:400;color:var(--soft);letter-spacing:0;margin-top:.2rem;line-height:1.4}
.key{width:.7rem;height:.7rem;flex:none;border-radius:2px}
.sum{display:block;width:100%;height:14px;margin:1.25rem 0 .5rem;border-radius:7px;overflow:hidden}
.equation{color:var(--soft);font-size:.9375rem;margin:0;max-width:none}
.checks{list-style:none;margin:1rem 0 0;padding:0;display:grid;gap:.75rem}
.checks li{display:flex;gap:.75rem;padding:.85rem 1rem;border-radius:10px}
.checks p{margin:0;max-width:none;color:var(--ink)}
.checks p+p{margin-top:.25rem}
.checks strong{font-weight:640}
.checks .limit{color:var(--ink);font-size:.875rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(19rem,100%),1fr));gap:1.5rem 2rem;margin:1rem 0 0}
figure{margin:0;min-width:0}
figcaption{font-weight:600;font-size:.9375rem;line-height:1.35;margin:0 0 .4rem}
figcaption small{display:block;font-weight:400;color:var(--soft);font-size:.8125rem}
svg.chart{display:block;width:100%;height:auto;max-width:30rem;overflow:visible}
svg text{fill:var(--soft);font-size:11px;font-family:inherit}
svg .name{fill:var(--ink);font-size:12px}
svg .value{fill:var(--ink);font-size:12px;text-anchor:end}
svg .mid{text-anchor:middle}svg .end{text-anchor:end}
.bar{fill:var(--blue)}.bar.rest{fill:var(--grey)}
.axis{stroke:var(--line);stroke-width:1}.grid{stroke:var(--line);stroke-width:1;stroke-dasharray:2 3}
.interval{stroke:var(--blue);stroke-width:2.5;stroke-linecap:round}.dot{fill:var(--blue)}
.other{fill:var(--card);stroke:var(--soft);stroke-width:1.75}
.flag .interval{stroke:var(--fail)}.flag .dot{fill:var(--fail)}.flag .name,.flag .value{fill:var(--fail);font-weight:640}
.accepted{fill:var(--blue);background:var(--blue)}.duplicates{fill:var(--grey);background:var(--grey)}.quarantined{fill:var(--fail);background:var(--fail)}
.track{fill:var(--faint)}
.legend{color:var(--soft);font-size:.875rem;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0 0;padding:0;list-style:none;max-width:none}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend svg{width:34px;height:12px;flex:none}
details{margin:.6rem 0 0}
summary{cursor:pointer;color:var(--blue);font-size:.875rem;padding:.2rem 0;width:fit-content}
.scroll{overflow-x:auto;max-width:100%;margin:.6rem 0 0}
table{border-collapse:collapse;font-size:.875rem;line-height:1.45;min-width:min(100%,26rem)}
table.full{width:100%}
.unseen,caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:.4rem .75rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500;font-size:.8125rem;vertical-align:bottom}
tbody th{font-weight:500}
.num{text-align:right;white-space:nowrap;padding-right:1.25rem}
th:last-child,td:last-child{padding-right:0}
tr:last-child>*{border-bottom:0}
td.wide{min-width:11rem}td.wide:has(svg){min-width:3.5rem}
th .file{display:block;min-width:min(17rem,42vw);overflow-wrap:anywhere}
th small,td small{display:block;font-weight:400;color:var(--soft);font-size:.8125rem;line-height:1.45}
th code{white-space:nowrap;overflow-wrap:normal}
.mini{display:block;width:100%;height:10px;margin-top:.35rem;border-radius:5px}
.state{display:inline-flex;gap:.4rem;align-items:center;padding:.1rem .55rem;border-radius:99px;white-space:nowrap}.state .icon{width:1rem;height:1rem}
.flagged{color:var(--fail);font-weight:640}
code{font:0.92em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(17rem,100%),1fr));gap:1rem 2rem;margin:1rem 0 0}
.facts div{min-width:0}
.facts dt{color:var(--soft);font-size:.8125rem}
.facts dd{margin:.1rem 0 0}
.facts dd small{display:block;color:var(--soft);font-size:.8125rem;line-height:1.45}
footer{color:var(--soft);font-size:.8125rem;padding:.5rem 0 3rem}
footer p{max-width:none;overflow-wrap:anywhere}
@media (max-width:34rem){.wrap{padding:0 .75rem}main section{padding:1.15rem .9rem;border-radius:12px}header.wrap{padding-top:1.25rem}
.tiles{grid-template-columns:1fr 1fr}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--faint:#eee;
--blue:#1f5fae;--blue-soft:#bcd3ee;--grey:#8a939d;--pass:#1b6b41;--pass-soft:#fff;--warn:#8a5200;--warn-soft:#fff;--fail:#b02a1e;--fail-soft:#fff}
body{font-size:10pt}nav,.skip,summary{display:none}main section{border:0;border-top:1px solid #bbb;border-radius:0;padding:1rem 0;margin:0}
.status,.checks li{border:1px solid currentColor}figure,tr,.checks li{break-inside:avoid}h2,h3{break-after:avoid}
.scroll{overflow:visible}details::details-content{content-visibility:visible;height:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.replaceAll(/\n/g, '');
