"""How the HTML report looks: one column, readable on a phone, in the dark and on A4."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #18212c; --soft: #566170; --paper: #ffffff;
  --ground: #f5f6f8; --edge: #dfe3e8; --win: #0b7a63; --lose: #c2570c; --warn: #fff4dc;
  --c0: #1f5fbf; --c1: #b3540a; --c2: #0b7a63; --c3: #8a3a9c; --c4: #5a6472; --c5: #a8233a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #a4aebb; --paper: #181d24;
  --ground: #101419; --edge: #333c47; --win: #4cc3a5; --lose: #f0995a; --warn: #3a2f14;
  --c0: #7fb0ff; --c1: #f0a868; --c2: #4cc3a5; --c3: #d69be6; --c4: #a3adba; --c5: #ff8a9c; } }
* { box-sizing: border-box; }
html { background: var(--ground); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 64rem;
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem; }
section { background: var(--paper); border: 1px solid var(--edge); border-radius: .6rem;
  padding: 1.5rem 1.75rem; margin: 1.25rem 0 0; }
section > :last-child { margin-bottom: 0; }
p, ul { max-width: 46rem; margin: 0 0 .75rem; }
.kicker, .caption, nav, footer, figure p, summary { color: var(--soft); }
.kicker { margin: 0; }
nav ol { padding: 0; margin: 0; list-style: none; display: flex; flex-wrap: wrap;
  gap: .25rem 1.25rem; font-size: .875rem; }
a { color: inherit; }
.lead { font-size: 1.35rem; font-weight: 650; margin: 0 0 .5rem; }
.warning { background: var(--warn); border-left: 4px solid var(--lose); padding: .6rem .9rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
  gap: 1rem 1.5rem; margin: 1.25rem 0 0; padding: 1rem 0 0; border-top: 1px solid var(--edge); }
.figures div { display: flex; flex-direction: column; justify-content: space-between; }
dt { font-size: .8125rem; color: var(--soft); }
dd { margin: 0; font-size: 1.3rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; margin: .25rem 0 1.5rem; }
table { border-collapse: collapse; font-size: .875rem; }
.caption { margin: 1.25rem 0 0; font-size: .875rem; font-weight: 600; max-width: none; }
th, td { text-align: left; vertical-align: top; padding: .35rem 1.25rem .35rem 0;
  border-bottom: 1px solid var(--edge); overflow-wrap: normal; max-width: 24rem; }
th[scope=row] { font-weight: 500; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: .8125rem; vertical-align: bottom;
  border-bottom-color: var(--soft); }
.n { text-align: right; font-variant-numeric: tabular-nums; }
tbody .n { white-space: nowrap; }
.total > *, .total > th[scope=row] { font-weight: 650; border-bottom: 0; }
figure { margin: 1.25rem 0 2rem; }
figure p { font-size: .875rem; margin: .25rem 0; }
details table { margin-top: .5rem; }
summary { cursor: pointer; font-size: .875rem; }
svg { display: block; width: 100%; height: auto; max-width: 45rem;
  font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg text { fill: var(--ink); }
svg .tick { fill: var(--soft); }
svg .strong { font-weight: 650; }
svg .strong, svg .halo, svg .tick { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
svg .grid { stroke: var(--edge); }
svg .axis { stroke: var(--soft); stroke-width: 1.5; }
svg .rule { stroke: var(--ink); stroke-dasharray: 3 3; }
svg .series { fill: none; stroke-width: 2.25; }
svg .mark { fill: var(--paper); stroke: var(--ink); stroke-width: 2.5; }
svg .win { fill: var(--win); } svg .lose { fill: var(--lose); }
svg .s0 { stroke: var(--c0); }
svg .s1 { stroke: var(--c1); stroke-dasharray: 8 4; }
svg .s2 { stroke: var(--c2); stroke-dasharray: 2 3; }
svg .s3 { stroke: var(--c3); stroke-dasharray: 10 3 2 3; }
svg .s4 { stroke: var(--c4); stroke-dasharray: 5 2; }
svg .s5 { stroke: var(--c5); stroke-dasharray: 14 4; }
.narrow { display: none; }
@media screen and (max-width: 36rem) { .wide { display: none; } .narrow { display: block; }
  body { padding: 1.25rem .75rem 2rem; } section { padding: 1.1rem 1rem; }
  h1 { font-size: 1.5rem; } td:last-child { min-width: 11rem; }
  td.n:last-child { min-width: 0; } th[scope=row] { min-width: 7rem; } td { min-width: 5.5rem; }
  td:nth-child(3):not(.n) { min-width: 10rem; } }
@page { size: A4; margin: 16mm; }
@media print {
  :root { color-scheme: light; --ink: #000000; --soft: #444444; --paper: #ffffff;
    --ground: #ffffff; --edge: #c4c9d0; --win: #0b7a63; --lose: #c2570c; --warn: #fff4dc;
    --c0: #1f5fbf; --c1: #b3540a; --c2: #0b7a63; --c3: #8a3a9c; --c4: #5a6472; --c5: #a8233a; }
  body { font-size: 10.5pt; padding: 0; max-width: none; }
  section { border: 0; border-top: 1px solid var(--edge); border-radius: 0; padding: 1rem 0 0; }
  nav, details { display: none; }
  figure, tr, .figures div, .warning { break-inside: avoid; }
  h2, .caption { break-after: avoid; }
  dd { font-size: 11.5pt; } dt { font-size: 8pt; }
  .figures { grid-template-columns: repeat(5, 1fr); }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  svg { max-width: 150mm; } }
"""
