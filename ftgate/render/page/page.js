"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [14, 4], [3, 6], [8, 2, 2, 2]];
  const NEVER_AFTER = 600; // months, as in the verdict
  const HOURS = 730;

  // -- the bill, by the formula of ftgate.economics.cashflow ---------------------------------------

  // Decimal strings become numbers once.
  const number = (value) => {
    if (Array.isArray(value)) return value.map(number);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, number(each)]));
    }
    return typeof value === "string" ? Number(value) : value;
  };

  const callsIn = (terms, plan, month) =>
    plan.calls * (terms.ramp[month - 1] ?? 1) * (1 + terms.growth_ratio) ** (month - 1);

  // Share of calls that find the prompt cached: as stated, else from their number.
  const hitsFrom = (cache, calls) =>
    cache.hit_ratio ?? 1 - Math.exp((-calls * cache.ttl_minutes) / (60 * HOURS));

  function monthUsd(terms, plan, month, calls) {
    let prefix = terms.input_mtok;
    if (terms.cache) {
      const cache = terms.cache;
      const found = plan.hit ?? hitsFrom(cache, calls);
      prefix = (1 - found) * cache.write_mtok + found * cache.cached_mtok;
    }
    const tokens =
      ((terms.static_tokens * prefix +
        terms.dynamic_tokens * terms.input_mtok +
        terms.answer_tokens * terms.output_mtok) *
        terms.token_factor) /
      1e6;
    const review = month <= (terms.first_months ?? 0) ? terms.first_review_usd : terms.review_usd;
    const replicas = terms.replica_calls ? Math.max(1, Math.ceil(calls / terms.replica_calls)) : 1;
    const call = tokens + terms.other_usd + (review ?? 0);
    return calls * call + terms.fixed_usd + replicas * terms.replica_usd;
  }

  const monthsUsd = (terms, plan, count) =>
    Array.from({ length: count }, (_, index) => {
      const later = terms.then && index + 1 > terms.own_months;
      return monthUsd(later ? terms.then : terms, plan, index + 1, callsIn(terms, plan, index + 1));
    });

  const sum = (values) => values.reduce((all, each) => all + each, 0);

  // What the job costs more or less than with the epochs of the plan.
  const jobChange = (terms, plan) =>
    terms.job_usd.length ? terms.job_usd[plan.epochs - 1] - terms.job_usd[terms.epochs - 1] : 0;

  const upfrontUsd = (terms, plan) => terms.upfront_usd + jobChange(terms, plan);

  function lumpUsd(terms, plan, month) {
    if (!terms.again_months || month === 1 || (month - 1) % terms.again_months) return 0;
    return terms.again_usd + jobChange(terms, plan);
  }

  const PROMPTED = new Set([
    "today",
    "cached",
    "batch",
    "cheaper",
    "few-shot",
    "retrieval",
    "decisions",
  ]);

  // Every option at this plan: dollars once, by month, and over the horizon.
  function bills(options, plan) {
    const rows = options.map(({ kind, contends, terms }) => {
      const months = monthsUsd(terms, plan, plan.months);
      return {
        terms,
        prompted: PROMPTED.has(kind),
        contends,
        once: upfrontUsd(terms, plan),
        months,
      };
    });
    const total = (row) => row.once + sum(row.months);
    const rivals = rows.filter((row) => row.prompted && row.contends);
    const rival = rivals.reduce((best, row) => (total(row) < total(best) ? row : best), rivals[0]);
    for (const row of rows.filter((each) => !each.prompted)) {
      const life = row.terms.life_months ?? Infinity;
      row.months = row.months.map((usd, index) =>
        index < life ? usd + lumpUsd(row.terms, plan, index + 1) : rival.months[index],
      );
    }
    for (const row of rows) row.total = total(row);
    return { rows, rival };
  }

  // First and lasting month in which what was spent is earned.
  function crossings(upfront, months) {
    let net = -upfront;
    let first = net >= 0 ? 0 : null;
    let lasting = first;
    months.forEach(([lump, saving], index) => {
      const before = net - lump;
      net = before + saving;
      if (before < 0 && net >= 0) {
        lasting = index - before / saving;
        first ??= lasting;
      } else if (net < 0) lasting = null;
    });
    return [first, lasting];
  }

  function breakEven(tuned, rival, plan) {
    const flow = (count) => {
      const dear = monthsUsd(rival, plan, count);
      const cheap = monthsUsd(tuned, plan, count);
      return cheap.map((usd, index) => [lumpUsd(tuned, plan, index + 1), dear[index] - usd]);
    };
    const upfront = upfrontUsd(tuned, plan) - upfrontUsd(rival, plan);
    const life = tuned.life_months ?? Infinity;
    const [first, lasting] = crossings(upfront, flow(Math.min(plan.months, life)));
    if (!plan.calls) return { status: "NO_VOLUME", months: null };
    if (lasting !== null) return { status: lasting ? "PAYS_BACK" : "IMMEDIATE", months: lasting };
    if (first !== null && first > 0) return { status: "PAYS_BACK_THEN_LOST", months: null };
    const would = crossings(upfront, flow(NEVER_AFTER))[1];
    if (would === null) return { status: "NEVER", months: null };
    const stops = life <= plan.months;
    return {
      status: stops ? "PAYS_BACK_AFTER_SHUTDOWN" : "PAYS_BACK_AFTER_HORIZON",
      months: would,
    };
  }

  function callsUntil(terms, plan, months) {
    const whole = Math.floor(months);
    let calls = (months - whole) * callsIn(terms, plan, whole + 1);
    for (let month = 1; month <= whole; month += 1) calls += callsIn(terms, plan, month);
    return Math.ceil(calls - 1e-6);
  }

  // -- words -------------------------------------------------------------------------------------

  const grouped = (value, places) =>
    value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

  function usd(value) {
    const sign = value < 0 ? "-" : "";
    const size = Math.abs(value);
    if (size >= 1000) return `${sign}$${grouped(size, 0)}`;
    if (size === 0 || size >= 0.095) return `${sign}$${grouped(size, 2)}`;
    return `${sign}$${grouped(size, 1 - Math.floor(Math.log10(size)))}`;
  }

  function duration(months) {
    if (months < 1) {
      const days = Math.round(months * 30.4375);
      return days ? `${days} day${days === 1 ? "" : "s"}` : "less than a day";
    }
    const short = Number(months.toFixed(months < 10 ? 1 : 0));
    return `${short} month${short === 1 ? "" : "s"}`;
  }

  const WHY = {
    NO_VOLUME: "never: nobody calls the model",
    NEVER: "never: the fine-tune does not save what it costs",
    PAYS_BACK_THEN_LOST: "paid back, then lost again within the horizon",
  };
  const TOO_LATE = {
    PAYS_BACK_AFTER_HORIZON: ", after the horizon",
    PAYS_BACK_AFTER_SHUTDOWN: ", after the model stops",
  };

  function breakEvenText(point, name, terms, plan) {
    const against = ` against ${name}`;
    if (WHY[point.status]) return `Break-even${against}: ${WHY[point.status]}.`;
    const when = point.status === "IMMEDIATE" ? "at once" : duration(point.months);
    const calls = grouped(callsUntil(terms, plan, point.months), 0);
    return `Break-even${against}: ${when}, ${calls} calls${TOO_LATE[point.status] ?? ""}.`;
  }

  // -- what moves the answer -----------------------------------------------------------------------

  const PRICES = ["input_mtok", "output_mtok", "cached_mtok", "write_mtok"];
  const prompted = ({ kind }) => PROMPTED.has(kind);
  const tunes = (option) => !prompted(option);
  const every = () => true;
  // Terms that are moved together: what they are called, whose they are, their keys.
  const MOVED = [
    ["input tokens a call", every, ["static_tokens", "dynamic_tokens"]],
    ["answer tokens a call", every, ["answer_tokens"]],
    ["token prices without the fine-tune", prompted, PRICES],
    ["token prices of the fine-tune", tunes, PRICES],
    ["spent once on the fine-tune", tunes, ["upfront_usd", "again_usd", "job_usd"]],
    ["hosting of the fine-tune", tunes, ["fixed_usd", "replica_usd"]],
    ["review of answers", every, ["review_usd", "first_review_usd"]],
    ["growth of calls", every, ["growth_ratio"]],
  ];

  // The terms with these numbers times a factor, wherever they stand.
  const scaled = (value, keys, factor, inside = false) => {
    if (Array.isArray(value)) return value.map((each) => scaled(each, keys, factor, inside));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [
          key,
          scaled(each, keys, factor, keys.includes(key)),
        ]),
      );
    }
    return inside && value !== null ? value * factor : value;
  };

  const tunedAt = (options) => options.findIndex(({ kind }) => kind === "fine-tuned");

  // Dollars by which the fine-tune is cheaper than the cheapest option without one.
  function leadUsd(options, plan) {
    const { rows, rival } = bills(options, plan);
    return rival.total - rows[tunedAt(options)].total;
  }

  // Every number alone from half to double: its name, both ends in words, both leads, widest first.
  function moves(options, plan, bounds) {
    const found = [];
    const add = (name, ends, leads) => found.push({ name, ends, leads });
    const planned = (name, key, [low, high], text) => {
      if (low === high) return;
      const leads = [low, high].map((value) => leadUsd(options, { ...plan, [key]: value }));
      add(name, [text(low), text(high)], leads);
    };
    const whole = (value) => grouped(value, 0);
    const around = (value, high) => [
      Math.min(high, Math.max(1, Math.round(value / 2))),
      Math.min(high, 2 * value),
    ];
    planned("calls a month", "calls", [plan.calls / 2, 2 * plan.calls], whole);
    planned("months of the horizon", "months", around(plan.months, bounds.months), whole);
    if (bounds.epochs) {
      planned("epochs", "epochs", around(plan.epochs, bounds.epochs), whole);
    }
    const { cache } = options.map(({ terms }) => terms).find((terms) => terms.cache) ?? {};
    if (cache) {
      const now = plan.hit ?? hitsFrom(cache, plan.calls);
      const percent = (value) => `${Number((100 * value).toPrecision(3))}%`;
      planned("calls that find the prompt cached", "hit", [now / 2, Math.min(1, 2 * now)], percent);
    }
    for (const [name, whose, keys] of MOVED) {
      const leads = [0.5, 2].map((factor) =>
        leadUsd(
          options.map((each) =>
            whose(each) ? { ...each, terms: scaled(each.terms, keys, factor) } : each,
          ),
          plan,
        ),
      );
      add(name, ["half", "double"], leads);
    }
    const life = options[tunedAt(options)].terms.life_months ?? plan.months;
    const lives = [Math.round(life / 2), 2 * life];
    add(
      "months that the tuned model lives",
      lives.map(whole),
      lives.map((months) =>
        leadUsd(
          options.map((each) =>
            tunes(each) ? { ...each, terms: { ...each.terms, life_months: months } } : each,
          ),
          plan,
        ),
      ),
    );
    const width = ({ leads: [low, high] }) => Math.abs(high - low);
    const kept = found.filter((each) => width(each) >= 0.005);
    return kept.sort((a, b) => width(b) - width(a));
  }

  // -- charts ------------------------------------------------------------------------------------

  const color = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const short = (value) => {
    const size = Math.abs(value);
    for (const [unit, sign] of [
      [1e9, "B"],
      [1e6, "M"],
      [1e3, "k"],
    ]) {
      if (size >= unit) return `${Number((value / unit).toPrecision(3))}${sign}`;
    }
    return `${Number(value.toPrecision(3))}`;
  };

  const axis = (label, sign = "", across = false) => ({
    label,
    stroke: color("soft"),
    grid: { stroke: color("edge"), width: 1, show: !across },
    ticks: { stroke: color("edge"), width: 1, show: across, size: 6 },
    gap: across ? 4 : 8,
    labelSize: 18,
    size: sign ? 64 : 40,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : sign + short(tick))),
  });

  // A dashed line across the plot with its name beside it.
  function rule(plot, at, text, name) {
    const { left, top, width, height } = plot.bbox;
    const x = plot.valToPos(at, "x", true);
    if (x < left - 1 || x > left + width + 1) return;
    const context = plot.ctx;
    const ratio = window.devicePixelRatio || 1;
    context.save();
    context.strokeStyle = context.fillStyle = color(name);
    context.lineWidth = 2 * ratio;
    context.setLineDash([4 * ratio, 4 * ratio]);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + height);
    context.stroke();
    context.font = `${12 * ratio}px system-ui, sans-serif`;
    const right = x > left + width / 2;
    context.textAlign = right ? "right" : "left";
    context.fillText(text, x + (right ? -6 : 6) * ratio, top + 14 * ratio);
    context.restore();
  }

  function dot(plot, x, y, name) {
    const context = plot.ctx;
    const ratio = window.devicePixelRatio || 1;
    context.save();
    context.fillStyle = color("paper");
    context.strokeStyle = color(name);
    context.lineWidth = 3 * ratio;
    context.setLineDash([]);
    context.beginPath();
    context.arc(plot.valToPos(x, "x", true), plot.valToPos(y, "y", true), 5 * ratio, 0, 7);
    context.fill();
    context.stroke();
    context.restore();
  }

  const frame = (host, height) => ({
    width: Math.max(240, host.clientWidth),
    height,
    legend: { show: false },
    cursor: { show: false },
  });

  function histogram(host, { histogram: bins, limit }) {
    const last = bins[bins.length - 1][0];
    const near = limit && limit <= 2 * last;
    const wide = last / bins.length;
    const options = {
      ...frame(host, 200),
      scales: {
        x: { time: false, range: [0, near ? Math.max(last, limit * 1.05) : last] },
        y: { range: (_, low, high) => [0, high * 1.1] },
      },
      axes: [axis("tokens per example", "", true), axis("examples")],
      series: [
        {},
        {
          stroke: color("c0"),
          fill: color("c0"),
          points: { show: false },
          paths: uPlot.paths.bars({ size: [0.92, Infinity], align: 0 }),
        },
      ],
      hooks: { draw: [(plot) => near && rule(plot, limit, `limit ${grouped(limit, 0)}`, "fail")] },
    };
    const values = [bins.map(([upper]) => upper - wide / 2), bins.map(([, count]) => count)];
    return new uPlot(options, values, host);
  }

  function cumulative(host, found, plan, point, tuned) {
    const months = Array.from({ length: plan.months + 1 }, (_, month) => month);
    const curves = found.rows.map((row) => {
      let spent = row.once;
      return [spent, ...row.months.map((usd) => (spent += usd))];
    });
    const drawn = found.rows
      .map((row, place) => ({ row, place }))
      .filter(({ row }) => row.contends);
    const life = tuned.terms.life_months;
    const marks = (plot) => {
      if (life !== null && life <= plan.months) rule(plot, life, "the model stops", "fail");
      if (point.status !== "PAYS_BACK" || point.months > plan.months) return;
      const whole = Math.floor(point.months);
      const curve = curves[found.rows.indexOf(tuned)];
      const next = curve[Math.min(whole + 1, plan.months)];
      const at = curve[whole] + (point.months - whole) * (next - curve[whole]);
      dot(plot, point.months, at, "pass");
    };
    const options = {
      ...frame(host, 320),
      scales: {
        x: { time: false, range: [0, plan.months] },
        y: { range: (_, low, high) => [0, high * 1.05 || 1] },
      },
      axes: [
        { ...axis("months", "", true), incrs: [1, 2, 3, 6, 12, 24, 60] },
        axis("dollars spent", "$"),
      ],
      series: [
        {},
        ...drawn.map(({ row, place }) => ({
          stroke: color(row === tuned ? "ink" : `c${place % 8}`),
          dash: row === tuned ? [] : DASHES[place % 8],
          width: row === tuned ? 3 : 2,
          points: { show: false },
        })),
      ],
      hooks: { draw: [marks] },
    };
    return {
      plot: new uPlot(options, [months, ...drawn.map(({ place }) => curves[place])], host),
      curves,
    };
  }

  // -- one dataset -------------------------------------------------------------------------------

  function table(details, options, curves) {
    const [head, body] = ["thead", "tbody"].map((name) => details.querySelector(name));
    const row = (cells, tag) => {
      const line = document.createElement("tr");
      cells.forEach((text, place) => {
        const cell = document.createElement(place && tag === "td" ? "td" : "th");
        cell.scope = tag === "th" ? "col" : "row";
        if (cell.tagName === "TD") cell.removeAttribute("scope");
        if (place) cell.className = "n";
        cell.textContent = text;
        line.append(cell);
      });
      return line;
    };
    head.replaceChildren(row(["month", ...options.map((each) => each.name)], "th"));
    body.replaceChildren(
      ...curves[0].map((_, month) =>
        row([`${month}`, ...curves.map((curve) => usd(curve[month]))], "td"),
      ),
    );
  }

  const drawing = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  // A row for each number: from where to where it goes, what the fine-tune then saves, and a bar.
  function tornado(host, found, base) {
    const leads = found.flatMap((each) => each.leads);
    const low = Math.min(0, base, ...leads);
    const span = Math.max(0, base, ...leads) - low || 1;
    const at = (value) => (1000 * (value - low)) / span;
    const bar = (ends) => {
      const picture = drawing("svg", {
        class: "bar",
        viewBox: "0 0 1000 24",
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      });
      // The longer side first, so that the other one stays visible where both go the same way.
      const sides = ends.map((lead, place) => [lead, place ? "more" : "less"]);
      sides.sort(([a], [b]) => Math.abs(b - base) - Math.abs(a - base));
      for (const [lead, side] of sides) {
        const [left, right] = [at(lead), at(base)].sort((a, b) => a - b);
        picture.append(
          drawing("rect", { class: side, x: left, y: 3, width: right - left, height: 18 }),
        );
      }
      for (const [name, value] of [
        ["zero", 0],
        ["base", base],
      ]) {
        picture.append(drawing("line", { class: name, x1: at(value), x2: at(value), y1: 0, y2: 24 }));
      }
      return picture;
    };
    const cell = (tag, name, ...inside) => {
      const made = document.createElement(tag);
      made.className = name;
      made.append(...inside);
      return made;
    };
    host.tBodies[0].replaceChildren(
      ...found.map(({ name, ends, leads: [less, more] }) => {
        const line = document.createElement("tr");
        const head = cell("th", "", name, " ", cell("span", "soft", `${ends[0]} to ${ends[1]}`));
        head.scope = "row";
        Object.assign(line.dataset, { name, less, more });
        line.append(head, cell("td", "n", usd(less)), cell("td", "n", usd(more)));
        line.append(cell("td", "wide", bar([less, more])));
        return line;
      }),
    );
  }

  function live(entry, redraws) {
    const host = document.getElementById(`${entry.id}-live`);
    const options = entry.options.map((each) => ({ ...each, terms: number(each.terms) }));
    const planned = number(entry.plan);
    const chart = host.querySelector(".chart");
    const cells = [...host.querySelectorAll(".totals tbody tr")].map((line) =>
      line.querySelectorAll("td"),
    );
    const control = (name) => {
      const box = host.querySelector(`.slider.${name}`);
      return (
        box && {
          entry: box.querySelector("[type=number]"),
          slide: box.querySelector("[type=range]"),
        }
      );
    };
    const controls = {
      calls: control("calls"),
      epochs: control("epochs"),
      hit: control("hit"),
      months: control("months"),
    };
    const start = {
      calls: planned.calls,
      epochs: planned.epochs,
      months: planned.horizon,
      hit: planned.hit === null ? "" : planned.hit * 100,
    };
    const toSlide = { calls: (value) => Math.log10(Math.max(value, 1)) };
    const fromSlide = { calls: (value) => Number((10 ** value).toPrecision(3)) };
    let plot = null;

    const bounded = (name, low, high) => {
      const value = Math.round(Number(controls[name]?.entry.value || start[name]));
      return Math.min(high, Math.max(low, Number.isFinite(value) ? value : start[name]));
    };
    const plan = () => {
      const stated = controls.hit ? controls.hit.entry.value : "";
      const epochs = controls.epochs ? bounded("epochs", 1, planned.max_epochs) : planned.epochs;
      return {
        calls: bounded("calls", 0, 1e12),
        epochs,
        months: bounded("months", 1, planned.max_horizon),
        hit: stated === "" ? null : Math.min(1, Math.max(0, Number(stated) / 100)),
      };
    };

    function show() {
      const now = plan();
      const found = bills(options, now);
      const tuned = found.rows[tunedAt(options)];
      const point = breakEven(tuned.terms, found.rival.terms, now);
      found.rows.forEach((row, place) => {
        [row.once, row.months[0], row.total].forEach((value, column) => {
          cells[place][column].textContent = usd(value);
          cells[place][column].dataset.usd = value;
        });
      });
      if (controls.hit && now.hit === null) {
        const { cache } = options.find((each) => each.terms.cache).terms;
        controls.hit.slide.value = 100 * hitsFrom(cache, now.calls);
      }
      const said = host.querySelector(".said");
      const name = options[found.rows.indexOf(found.rival)].name;
      const ended = found.rows.findIndex(
        (row) =>
          row.prompted &&
          row.terms.own_months !== null &&
          !row.terms.then &&
          row.terms.own_months < now.months,
      );
      const note =
        ended < 0
          ? ""
          : ` The model of ${options[ended].name} stops in month ${found.rows[ended].terms.own_months}; its price is kept here.`;
      said.textContent = breakEvenText(point, name, tuned.terms, now) + note;
      said.dataset.months = point.months ?? "";
      said.dataset.status = point.status;
      host.querySelector(".link").hash = new URLSearchParams({
        set: entry.id,
        calls: now.calls,
        epochs: now.epochs,
        hit: now.hit === null ? "" : now.hit * 100,
        months: now.months,
      });
      plot?.destroy();
      const drawn = cumulative(chart, found, now, point, tuned);
      plot = drawn.plot;
      table(host.querySelector("details.months"), options, drawn.curves);
      const bounds = { months: planned.max_horizon, epochs: controls.epochs && planned.max_epochs };
      const base = found.rival.total - tuned.total;
      tornado(host.querySelector(".tornado"), moves(options, now, bounds), base);
      const lead = base < 0 ? "costs more" : "costs less";
      host.querySelector(".lead-usd").textContent =
        `As it stands the fine-tune ${lead} by ${usd(Math.abs(base))} over ${duration(now.months)}.`;
    }

    function set(values) {
      for (const [name, each] of Object.entries(controls)) {
        if (!each || values[name] === undefined) continue;
        each.entry.value = values[name];
        if (values[name] !== "") each.slide.value = (toSlide[name] ?? Number)(values[name]);
      }
      show();
    }

    for (const [name, each] of Object.entries(controls)) {
      if (!each) continue;
      each.entry.addEventListener("input", () => set({ [name]: each.entry.value }));
      each.slide.addEventListener("input", () => {
        each.entry.value = (fromSlide[name] ?? Number)(Number(each.slide.value));
        show();
      });
    }
    host.querySelector(".reset").addEventListener("click", () => set(start));
    for (const name of [".sliders", "details.months", ".moves"]) host.querySelector(name).hidden = false;
    const linked = () => {
      const asked = new URLSearchParams(location.hash.slice(1));
      if (!asked.has("set") || (asked.get("set") !== entry.id && asked.get("set") !== "all"))
        return;
      set({ ...start, ...Object.fromEntries(asked) });
    };
    addEventListener("hashchange", linked);
    set(start);
    linked();
    redraws.push(show);
  }

  // -- tables ------------------------------------------------------------------------------------

  function sortable(sheet) {
    const body = sheet.tBodies[0];
    const key = (line, column) => {
      const cell = line.cells[column];
      const text = cell.dataset.sort ?? cell.textContent.trim();
      const value = Number(text.replace(/[$,%]/g, ""));
      return text !== "" && Number.isFinite(value) ? value : text;
    };
    const order = (a, b) =>
      typeof a === typeof b
        ? typeof a === "number"
          ? a - b
          : a.localeCompare(b, "en")
        : typeof a === "number"
          ? -1
          : 1;
    [...sheet.tHead.rows[0].cells].forEach((head, column, heads) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const lines = [...body.rows].map((line) => [key(line, column), line]);
        lines.sort(([a], [b]) => (down ? order(b, a) : order(a, b)));
        body.append(...lines.map(([, line]) => line));
      });
    });
  }

  function filtered(controls) {
    const [words, level] = [".filter", ".severity"].map((name) => controls.querySelector(name));
    const lines = [
      ...document.getElementById(words.getAttribute("aria-controls")).tBodies[0].rows,
    ].map((line) => [line, line.textContent.toLowerCase(), line.cells[0].textContent]);
    const show = () => {
      const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const [line, text, severity] of lines) {
        const kept =
          (!level.value || severity === level.value) && asked.every((word) => text.includes(word));
        line.hidden = !kept;
        count += kept;
      }
      controls.querySelector("output").textContent = `${count} of ${lines.length} shown`;
    };
    words.addEventListener("input", show);
    level.addEventListener("change", show);
    controls.hidden = false;
  }

  // -- the page ----------------------------------------------------------------------------------

  const redraws = [];
  for (const entry of data) {
    if (entry.histogram.length) {
      const host = document.getElementById(entry.id).closest("section").querySelector(".histogram");
      let plot = histogram(host, entry);
      redraws.push(() => {
        plot.destroy();
        plot = histogram(host, entry);
      });
    }
    if (entry.plan) live(entry, redraws);
  }
  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll(".controls").forEach(filtered);

  const redraw = () => redraws.forEach((each) => each());
  let width = root.clientWidth;
  let waiting = 0;
  addEventListener("resize", () => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 100);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  for (const [when, paper] of [
    ["beforeprint", true],
    ["afterprint", false],
  ]) {
    addEventListener(when, () => {
      root.classList.toggle("paper", paper);
      redraw();
    });
  }
})();
